import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json } from '../../engine/index.ts'
import { judged } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { readSequenceRecord } from './support/sequence-record.ts'
import { silenceOf } from './support/silences.ts'
import type { Silence } from './support/silences.ts'

const input = z.strictObject({
  acknowledged: z
    .string()
    .min(1)
    .describe('File of what was acknowledged, `time cluster partition sequence` a line, as `reprise lab load` writes it.'),
  writtenTo: z.string().min(1).default('primary').describe('Whose acknowledgements count, by the second word of a line.'),
  sinceMs: z
    .int()
    .min(0)
    .optional()
    .describe("From this moment on, in milliseconds as `date +%s%3N` says it. @default the file's beginning"),
  maxGapMs: z.int().positive().optional().describe('Fails when a partition went longer without one. @default it only measures'),
  maxAgeMs: z
    .int()
    .positive()
    .optional()
    .describe("Fails when a partition's newest acknowledgement is older now. @default it only measures"),
  calmMs: z.int().positive().default(2000).describe('A shorter pause is no disturbance, in milliseconds.'),
})

const output = z.strictObject({
  acknowledged: z.int().describe('Records that were acknowledged in that time.'),
  longestGapMs: z.int().describe('Longest time that a partition went without one.'),
  recoveredMs: z.int().describe('From that moment to the end of the last pause longer than `calmMs`; 0: there was none.'),
  ageMs: z.int().describe('Age of the newest acknowledgement of the partition that is silent for longest.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.ack-gaps',
  summary: 'Measure how long a canary went without an acknowledgement, partition by partition, and when it had recovered.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'Nobody waited longer than a quarter of a minute',
      yaml: 'acknowledged: load/acknowledged.log\nsinceMs: 1790000000000\nmaxGapMs: 15000',
      says: 'no partition went longer than 15000 ms without an acknowledgement, by load/acknowledged.log',
    },
    {
      title: 'It is written right now',
      yaml: 'acknowledged: load/acknowledged.log\nmaxAgeMs: 5000',
      says: 'the newest acknowledgement of each partition is at most 5000 ms old, by load/acknowledged.log',
    },
  ],
  describe: ({ acknowledged, maxGapMs, maxAgeMs }) => {
    const parts = [
      ...(maxGapMs === undefined ? [] : [`no partition went longer than ${maxGapMs} ms without an acknowledgement`]),
      ...(maxAgeMs === undefined ? [] : [`the newest acknowledgement of each partition is at most ${maxAgeMs} ms old`]),
    ]
    const what = parts.length === 0 ? 'measure how long partitions went without an acknowledgement' : parts.join(', and ')
    return `${what}, by ${acknowledged}`
  },
  byHand: ({ acknowledged, sinceMs = 0 }) =>
    `awk '$1 >= ${sinceMs} { if ($3 in last && $1 - last[$3] > gap) gap = $1 - last[$3]; last[$3] = $1 } END { print gap " ms" }' ${JSON.stringify(acknowledged)}`,
  async execute(given, { clock, root }) {
    const seen = { cluster: given.writtenTo, clock }
    const record = readSequenceRecord(given.acknowledged, { root, cluster: given.writtenTo })
    if (!record.ok) return judged(seen, notMeasured(given, record.reason))
    const nowMs = clock.now().getTime()
    const first = Math.min(...[...record.partitions.values()].map(([one]) => one?.atMs ?? nowMs))
    const sinceMs = given.sinceMs ?? first
    const silences = [...record.partitions].map(([partition, acknowledged]) =>
      silenceOf(partition, { acknowledged, sinceMs, nowMs, calmMs: given.calmMs }),
    )
    if (silences.length === 0) return judged(seen, notMeasured(given, `nothing of ${given.writtenTo} was ever acknowledged`))
    return judged(seen, conclude(given, { silences, sinceMs }))
  },
})

const notMeasured = ({ acknowledged }: Input, reason: string): Finding<never> => ({
  verdict: 'unknown',
  summary: `not measured: ${reason}`,
  evidence: { acknowledged, reason },
})

function conclude(
  { maxGapMs, maxAgeMs }: Input,
  { silences, sinceMs }: { readonly silences: readonly Silence[]; readonly sinceMs: number },
): Finding<Output> {
  const worst = silences.toSorted((one, other) => other.longestMs - one.longestMs)
  const longestGapMs = worst[0]?.longestMs ?? 0
  const ageMs = Math.max(...silences.map((one) => one.ageMs))
  const recoveredMs = Math.max(
    0,
    ...silences.flatMap(({ recoveredAtMs }) => (recoveredAtMs === null ? [] : [recoveredAtMs - sinceMs])),
  )
  const acknowledged = silences.reduce((sum, one) => sum + one.acknowledged, 0)
  const isTooLong = maxGapMs !== undefined && longestGapMs > maxGapMs
  const isTooOld = maxAgeMs !== undefined && ageMs > maxAgeMs
  const gap = `partition ${worst[0]?.partition ?? 0} went ${longestGapMs} ms without an acknowledgement`
  const sentence = `${acknowledged} acknowledged; ${gap}; the newest of each are at most ${ageMs} ms old`
  return {
    // Where nothing was acknowledged since, nothing was measured.
    verdict: isTooLong || isTooOld ? 'fail' : acknowledged === 0 ? 'unknown' : 'pass',
    summary: isTooLong
      ? `${sentence}: longer than ${maxGapMs} ms`
      : isTooOld
        ? `${sentence}: older than ${maxAgeMs} ms`
        : sentence,
    output: { acknowledged, longestGapMs, recoveredMs, ageMs },
    evidence: { sinceMs, partitions: worst.slice(0, 100) as unknown as Json },
  }
}
