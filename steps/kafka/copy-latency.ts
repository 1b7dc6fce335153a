import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { byTool } from './support/cluster-input.ts'
import { copyInput, sayCopy, sideOf } from './support/copy-input.ts'
import { sendTokens } from './support/copy-trip.ts'
import type { CopyPair, CopyTrip } from './support/copy-trip.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { readProbeTopic } from './support/probe.ts'

const input = z.strictObject({
  ...copyInput,
  topic: z.string().min(1).describe('A topic made for it, on the source. Its consumers see the tokens.'),
  copy: z.string().min(1).optional().describe('What its copy is called. @default the same'),
  samples: z.int().min(1).max(1000).default(10).describe('How often a token is sent to every partition.'),
  everyMs: z.int().min(0).default(500).describe('Pause between two samples, in milliseconds.'),
  withinMs: z.int().positive().default(30_000).describe('A token that takes longer has not arrived, in milliseconds.'),
  maxMs: z.int().positive().optional().describe('Fails when a token took longer, in milliseconds. @default it only measures'),
})

const output = z.strictObject({
  p50Ms: z.int().describe('Half of the tokens took no longer.'),
  p95Ms: z.int().describe('95 of 100 took no longer; of fewer than 20, the slowest.'),
  maxMs: z.int().describe('The slowest.'),
  tokens: z.int().describe('Tokens that arrived.'),
  rpo: z.string().describe('For `dr.objective`: what would have been lost at the worst moment, as `340ms`.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.copy-latency',
  summary: 'Write a token to every partition of a topic and wait for that token in its copy on another cluster, several times.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'What a loss of the primary would cost now',
      yaml: 'source: kafka-1:9092\ntarget: kafka-dr:9092\ntopic: dr-test',
      says: 'send a token to every partition of dr-test on kafka-1:9092 10 times and wait for it on kafka-dr:9092',
    },
    {
      title: 'Renamed copies, within a minute',
      yaml: 'source: kafka-1:9092\ntarget: kafka-dr:9092\ntopic: dr-test\ncopy: primary.dr-test\nsamples: 3\nmaxMs: 60000',
      says: 'send a token to every partition of dr-test on kafka-1:9092 3 times and wait for it on kafka-dr:9092, at most 60000 ms',
    },
  ],
  describe: ({ source, target, topic, samples, maxMs }) =>
    `send a token to every partition of ${topic} on ${source} ${samples} times and wait for it on ${target}${maxMs === undefined ? '' : `, at most ${maxMs} ms`}`,
  byHand: (given) =>
    [
      `echo "token $(date +%s%N)" | ${byTool('kafka-console-producer', sideOf(given, 'source'), '--topic', given.topic, '--producer-property', 'acks=all', '--sync')}`,
      `${byTool('kafka-console-consumer', sideOf(given, 'target'), '--topic', given.copy ?? given.topic, '--from-beginning', '--timeout-ms', '10000')} | while read -r line; do echo "$(date +%s%N) $line"; done   # both times beside each other`,
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: sayCopy(given), clock: tools.clock }
    const source = await tools.kafka.connect(sideOf(given, 'source'), tools)
    if (!source.ok) return judged(seen, notKnown('the source', source.failure))
    const target = await tools.kafka.connect(sideOf(given, 'target'), tools)
    if (!target.ok) return judged(seen, notKnown('the copy', target.failure))
    const pair = {
      source: source.value,
      target: target.value,
      topic: given.topic,
      copy: given.copy ?? given.topic,
    }
    return judged(seen, await measure(given, pair, tools))
  },
})

async function measure(
  given: Input,
  pair: CopyPair,
  tools: Pick<StepTools, 'clock' | 'signal' | 'progress'>,
): Promise<Finding<Output>> {
  const there = await readProbeTopic(pair.source, pair.topic)
  if (!there.ok) return notKnown(`topic ${pair.topic}`, there.failure)
  const copied = await readProbeTopic(pair.target, pair.copy)
  if (!copied.ok) return notKnown(`the copy ${pair.copy}`, copied.failure)
  const partitions = there.value.partitions.map(({ partitionIndex }) => partitionIndex).toSorted((one, other) => one - other)
  const count = copied.value.partitions.length
  if (partitions.length === 0 || count !== partitions.length)
    return {
      verdict: 'fail',
      summary: `${pair.topic} has ${partitions.length} partitions, its copy ${pair.copy} ${count}`,
      evidence: { topic: pair.topic, partitions: partitions.length, copied: count },
    }
  const trips: CopyTrip[] = []
  for (let sample = 0; sample < given.samples && !tools.signal.aborted; sample += 1) {
    if (sample > 0) await tools.clock.sleep(given.everyMs)
    tools.progress(`sample ${sample + 1} of ${given.samples}`)
    const timestamp = tools.clock.now().getTime()
    const { withinMs } = given
    const sleep = (ms: number): Promise<void> => tools.clock.sleep(ms)
    const sent = await sendTokens(pair, { partitions, token: randomUUID(), timestamp, withinMs, sleep })
    if (!sent.ok) return notKnown(`sample ${sample + 1}`, sent.failure)
    trips.push(...sent.value)
    // One that does not arrive is no matter of percentiles.
    if (sent.value.some(({ ms }) => ms === null)) break
  }
  return conclude(given, trips, partitions.length)
}

function conclude(given: Input, trips: readonly CopyTrip[], partitions: number): Finding<Output> {
  const times = trips.flatMap(({ ms }) => ms ?? []).toSorted((one, other) => one - other)
  const at = (share: number): number => times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0
  const [p50Ms, p95Ms, maxMs] = [at(0.5), at(0.95), at(1)]
  const evidence = { topic: given.topic, partitions, samples: given.samples, p50Ms, p95Ms, maxMs, slowest: times.slice(-10) }
  const absent = trips.filter(({ ms }) => ms === null)
  if (absent.length > 0)
    return {
      verdict: 'fail',
      summary: few(absent.map(({ partition, reason }) => `the token of ${given.topic}-${partition}: ${reason}`)),
      evidence: { ...evidence, absent: absent.map(({ partition, reason }) => ({ partition, reason })) },
    }
  if (trips.length < given.samples * partitions)
    return { verdict: 'unknown', summary: `only ${trips.length} of ${given.samples * partitions} tokens were sent`, evidence }
  const isSlow = given.maxMs !== undefined && maxMs > given.maxMs
  const sentence = `${times.length} tokens arrived, half of them in ${p50Ms} ms, 95 of 100 in ${p95Ms} ms, the slowest in ${maxMs} ms`
  return {
    verdict: isSlow ? 'fail' : 'pass',
    summary: isSlow ? `${sentence}: more than ${given.maxMs} ms` : sentence,
    output: { p50Ms, p95Ms, maxMs, tokens: times.length, rpo: `${Math.max(1, maxMs)}ms` },
    evidence,
  }
}
