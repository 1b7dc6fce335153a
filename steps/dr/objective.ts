import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, Verdict } from '../../engine/index.ts'
import { models, MODELS } from './support/dr-models.ts'
import { durationMs } from './support/duration.ts'

const duration = z.string().refine((text) => durationMs(text) !== null, 'Invalid input: expected a duration such as 15m')

const measured = z.union([z.string(), z.null()])
const judged = z.enum(['met', 'missed', 'not measured', 'simulated', 'no target'])

const output = z.strictObject({
  rto: judged.describe('The recovery time against its target.'),
  rpo: judged.describe('The loss of data against its target.'),
  met: z.boolean().describe('Every target was measured and met.'),
})

type Judged = z.infer<typeof judged>

export default defineStep({
  name: 'dr.objective',
  summary: 'Hold a measured RTO and RPO against the targets of a DR model, or your own; what was not measured is never met.',
  effect: 'reads',
  input: z.strictObject({
    model: z.enum(MODELS).optional().describe('The model whose promises are the targets, where none is given.'),
    rto: measured
      .default(null)
      .describe('The measured time of recovery: `9m05s`; empty, null or `not measured` where it was not measured.'),
    rpo: measured
      .default(null)
      .describe('The measured loss: a duration such as `4s`, or `0` for no record; as above where not measured.'),
    rtoTarget: duration.optional().describe("Instead of the model's."),
    rpoTarget: duration.optional().describe("Instead of the model's."),
    simulated: z
      .int()
      .min(0)
      .default(0)
      .describe('Steps between the two ends of the RTO that were simulated: with one, it is never met.'),
  }),
  output,
  examples: [
    {
      title: 'A hot standby, as it was measured',
      yaml: 'model: hot-standby\nrto: 3m12s\nrpo: 800ms',
      says: 'RTO within 5m, RPO within 1s (hot-standby)',
    },
    { title: 'Targets of your own', yaml: 'rto: 9m05s\nrtoTarget: 15m', says: 'RTO within 15m' },
  ],
  describe: ({ model, rtoTarget, rpoTarget }) => {
    const row = models.rows.find((one) => one.model === model)
    const [rto, rpo] = [rtoTarget ?? textOf(row?.rtoMs), rpoTarget ?? textOf(row?.rpoMs)]
    const parts = [...(rto === null ? [] : [`RTO within ${rto}`]), ...(rpo === null ? [] : [`RPO within ${rpo}`])]
    const said = parts.length === 0 ? 'no target is given' : parts.join(', ')
    return model === undefined ? said : `${said} (${model})`
  },
  byHand: ({ model }) => {
    const row = models.rows.find((one) => one.model === model)
    return row === undefined
      ? '# Compare the measured times with the targets of your plan'
      : `# ${row.model}: RTO ${row.rto}, RPO ${row.rpo}; ${row.note}`
  },
  async execute({ model, rto, rpo, rtoTarget, rpoTarget, simulated }): Promise<StepOutcome<z.infer<typeof output>>> {
    const row = models.rows.find((one) => one.model === model)
    const targets = {
      rtoMs: rtoTarget === undefined ? (row?.rtoMs ?? null) : durationMs(rtoTarget),
      rpoMs: rpoTarget === undefined ? (row?.rpoMs ?? null) : durationMs(rpoTarget),
    }
    const time = judge(rto, targets.rtoMs)
    const said = { rto: time === 'met' && simulated > 0 ? ('simulated' as const) : time, rpo: judge(rpo, targets.rpoMs) }
    const all = Object.values(said)
    const isMet = all.includes('met') && all.every((one) => one === 'met' || one === 'no target')
    const verdict: Verdict = isMet ? 'pass' : all.includes('missed') ? 'fail' : 'unknown'
    const asked = model === undefined ? 'the given targets' : `${model}, as of ${models.asOf}`
    return {
      status: isMet ? 'done' : 'failed',
      verdict,
      summary: `RTO ${said.rto}${rto === null ? '' : ` (${rto})`}, RPO ${said.rpo}${rpo === null ? '' : ` (${rpo})`}; ${asked}`,
      output: { ...said, met: isMet },
      evidence: { rto, rpo, simulated, ...targets, sources: [...models.sources] },
    }
  },
})

/** A number alone counts records: none lost is within any target, some lost is no time. */
function judge(text: string | null, targetMs: number | null): Judged {
  if (targetMs === null) return 'no target'
  const said = text?.trim() ?? ''
  if (said === '0') return 'met'
  const ms = durationMs(said)
  return ms === null ? 'not measured' : ms <= targetMs ? 'met' : 'missed'
}

function textOf(ms: number | undefined): string | null {
  if (ms === undefined) return null
  return ms >= 3_600_000 ? `${ms / 3_600_000}h` : ms >= 60_000 ? `${ms / 60_000}m` : `${ms / 1000}s`
}
