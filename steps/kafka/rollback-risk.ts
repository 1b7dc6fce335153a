import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { ageOf } from '../support/dated-table.ts'
import { crossed } from './support/metadata-level.ts'
import { metadataChanges, rollbackRisk } from './support/tables/rollback-risk.ts'

const release = z
  .string()
  .regex(/^\d+\.\d+(?:\.\d+|-IV\d+)?$/, 'Invalid input: expected a release such as 4.3.1, or a level such as 4.3-IV0')

const RISING = ['easy', 'possible', 'one-way', 'hard'] as const
type Risk = (typeof RISING)[number]

const output = z.strictObject({
  risk: z.enum(RISING).describe('What going back costs, once the phase is done.'),
  crosses: z.string().describe('The change of metadata between the two that no downgrade crosses; empty where there is none.'),
  how: z.string().describe('How to go back, in words: for an approval.'),
  stale: z.boolean().describe('The table is older than it may be.'),
})

export default defineStep({
  name: 'kafka.rollback-risk',
  summary: 'Say what going back would cost after a phase of an upgrade, by a dated table.',
  effect: 'reads',
  input: z.strictObject({
    phase: z
      .enum(['binaries', 'metadata', 'clients'])
      .describe('The phase in question: new binaries, metadata.version finalised, clients that use what is new.'),
    from: release.describe('The release, or level of metadata.version, before the upgrade.'),
    to: release.describe('The release, or level of metadata.version, after it.'),
    allow: z.enum(RISING).default('possible').describe('What is acceptable without an approval; a greater risk fails the check.'),
  }),
  output,
  examples: [
    {
      title: 'Before finalising: is there a way back?',
      yaml: 'phase: metadata\nfrom: 3.9.2\nto: 4.3.1',
      says: 'after metadata (3.9.2 to 4.3.1) the way back is possible',
    },
    {
      title: 'A one-way door is announced, and approved elsewhere',
      yaml: 'phase: metadata\nfrom: "3.9"\nto: "4.3"\nallow: one-way',
      says: 'after metadata (3.9 to 4.3) the way back is one-way at most',
    },
  ],
  describe: ({ phase, from, to, allow }) =>
    `after ${phase} (${from} to ${to}) the way back is ${allow}${allow === 'one-way' || allow === 'hard' ? ' at most' : ''}`,
  byHand: ({ from }) => `kafka-features.sh --bootstrap-server "$BOOTSTRAP" downgrade --release-version ${from} --dry-run`,
  async execute({ phase, from, to, allow }, { clock }): Promise<StepOutcome<z.infer<typeof output>>> {
    const row = rollbackRisk.rows.find((one) => one.phase === phase)
    const crosses = crossed(from, to, metadataChanges.rows)
    const { days, stale } = ageOf(metadataChanges, clock.now())
    const known = row?.risk ?? 'one-way'
    const risk: Risk = phase === 'metadata' && crosses === null ? 'possible' : known
    const how =
      phase === 'metadata' && crosses !== null
        ? `no downgrade crosses ${crosses}: only what was copied elsewhere helps`
        : (row?.how ?? '')
    const result = { risk, crosses: phase === 'metadata' ? (crosses ?? '') : '', how, stale }
    const evidence = { tableDays: days, sources: [...rollbackRisk.sources, ...metadataChanges.sources] }
    const summary = `${phase}, ${from} to ${to}: ${risk}; ${how}`
    if (RISING.indexOf(risk) > RISING.indexOf(allow))
      return { status: 'failed', verdict: 'fail', summary, output: result, evidence }
    // A newer release may have another change of metadata than an old table knows of.
    if (stale && risk === 'possible')
      return {
        status: 'failed',
        verdict: 'unknown',
        summary: `${summary}; the table is ${days} days old`,
        output: result,
        evidence,
      }
    return {
      status: 'done',
      verdict: risk === 'easy' || risk === 'possible' ? 'pass' : 'warn',
      summary,
      output: result,
      evidence,
    }
  },
})
