import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { codecs, GOALS } from './support/tables/compression.ts'

const output = z.strictObject({
  suits: z.boolean().describe('The codec is one that suits the goal.'),
  better: z.string().describe('Codecs that suit it, separated by commas.'),
  savesPercent: z.number().describe('The share of the size that may be expected to be saved; measure it.'),
})

export default defineStep({
  name: 'kafka.compression-choice',
  summary: 'Hold a compression codec against what it is chosen for, by a dated table.',
  effect: 'reads',
  input: z.strictObject({
    codec: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).describe('compression.type of the producer, or of the topic.'),
    goal: z.enum(GOALS).describe('What matters most: throughput, ratio, archive, compatibility with old clients.'),
  }),
  output,
  examples: [{ title: 'Throughput', yaml: 'codec: lz4\ngoal: throughput', says: 'lz4 suits throughput' }],
  describe: ({ codec, goal }) => `${codec} suits ${goal}`,
  byHand: ({ codec }) =>
    `kafka-producer-perf-test.sh --topic perf --num-records 1000000 --record-size 1000 --throughput -1 --producer-props bootstrap.servers="$BOOTSTRAP" compression.type=${codec}`,
  async execute({ codec, goal }): Promise<StepOutcome<z.infer<typeof output>>> {
    const row = codecs.rows.find((one) => one.codec === codec)
    const good = codecs.rows.filter(({ goodFor }) => goodFor.includes(goal)).map((one) => one.codec)
    const suits = row?.goodFor.includes(goal) === true
    const result = { suits, better: good.join(', '), savesPercent: row?.savesPercent ?? 0 }
    const evidence = { asOf: codecs.asOf, sources: [...codecs.sources] }
    const summary = suits
      ? `${codec} suits ${goal}: ${row?.note ?? ''}; measure it with your own records`
      : `${codec} does not suit ${goal}: expected ${good.join(', ')}`
    return { status: 'done', verdict: suits ? 'pass' : 'warn', summary, output: result, evidence }
  },
})
