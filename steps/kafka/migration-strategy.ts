import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { strategies, type StrategyRow } from './support/tables/migration-strategies.ts'

const DOWNTIMES = ['none', 'seconds', 'variable', 'long'] as const

const output = z.strictObject({
  strategy: z
    .enum(['dual-write', 'mirrormaker', 'export-import', 'consumer-producer'])
    .describe('The simplest strategy that fits: for a decision table.'),
  downtime: z.enum(DOWNTIMES).describe('What it costs.'),
  note: z.string().describe('What to know of it.'),
})

export default defineStep({
  name: 'kafka.migration-strategy',
  summary: 'Choose the simplest way to migrate topics that the producers, the network and the downtime allow.',
  effect: 'reads',
  input: z.strictObject({
    downtime: z.enum(DOWNTIMES).describe('The most that is acceptable.'),
    linked: z.boolean().default(true).describe('One cluster can be reached from the other.'),
    dualWrite: z.boolean().default(false).describe('The producers can be changed to write to both.'),
    ownApplication: z.boolean().default(false).describe('An application of your own may copy, and change, the records.'),
    keepOffsets: z.boolean().default(false).describe('Consumers must go on where they stood.'),
  }),
  output,
  examples: [
    {
      title: 'A link, and seconds of downtime',
      yaml: 'downtime: seconds\nkeepOffsets: true',
      says: 'a migration with a downtime of seconds at most, offsets kept',
    },
    { title: 'No link', yaml: 'downtime: long\nlinked: false', says: 'a migration with a downtime of long at most' },
  ],
  describe: ({ downtime, keepOffsets }) =>
    `a migration with a downtime of ${downtime} at most${keepOffsets ? ', offsets kept' : ''}`,
  byHand: () =>
    strategies.rows
      .map((row) => `# ${row.strategy}: downtime ${row.downtime}, complexity ${row.complexity}; ${row.note}`)
      .join('\n'),
  async execute(input): Promise<StepOutcome<z.infer<typeof output>>> {
    const has = {
      'a link between the clusters': input.linked,
      'producers that can write twice': input.dualWrite,
      'an application of its own': input.ownApplication,
    } satisfies Record<StrategyRow['needs'][number], boolean>
    const fits = strategies.rows.filter(
      ({ downtime, needs, keepsOffsets }) =>
        DOWNTIMES.indexOf(downtime) <= DOWNTIMES.indexOf(input.downtime) &&
        needs.every((need) => has[need]) &&
        (keepsOffsets || !input.keepOffsets),
    )
    const evidence = { asOf: strategies.asOf, fits: fits.map(({ strategy }) => strategy), ...input }
    const [first] = fits.toSorted(
      (a, b) => a.complexity - b.complexity || DOWNTIMES.indexOf(a.downtime) - DOWNTIMES.indexOf(b.downtime),
    )
    if (first === undefined)
      return {
        status: 'failed',
        verdict: 'fail',
        summary: 'no strategy fits: more downtime, a link or other producers are needed',
        evidence,
      }
    const { strategy, downtime, note } = first
    return {
      status: 'done',
      verdict: 'pass',
      summary: `${strategy}: downtime ${downtime}; ${note}`,
      output: { strategy, downtime, note },
      evidence,
    }
  },
})
