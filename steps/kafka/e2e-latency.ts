import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { explain, readProbeTopic, sendProbes } from './support/probe.ts'
import type { Trip } from './support/probe.ts'

const input = z.strictObject({
  ...clusterInput,
  topic: z.string().min(1).describe('A topic made for it; its partitions take turns.'),
  count: z.int().min(10).max(100_000).default(100).describe('Records, one after the other.'),
  everyMs: z.int().min(0).default(0).describe('Pause between two, in milliseconds.'),
  warnP99Ms: z.int().positive().optional().describe('Above so many milliseconds for 99 of 100 it warns. @default never'),
  failP99Ms: z.int().positive().default(1000).describe('Above so many it fails.'),
})

const output = z.strictObject({
  p50Ms: z.int().describe('Half of them took no longer.'),
  p99Ms: z.int().describe('99 of 100 took no longer; of fewer than 100, the slowest.'),
  maxMs: z.int().describe('The slowest.'),
  count: z.int().describe('Records that came back.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.e2e-latency',
  summary: 'Measure how long records take to be written with acks=all and read back, in percentiles.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'A hundred records',
      yaml: 'cluster: kafka-1:9092\ntopic: health',
      says: 'write 100 records to health on kafka-1:9092 and read them back: 99 of 100 within 1000 ms',
    },
    {
      title: 'Over a minute',
      yaml: 'cluster: kafka-1:9092\ntopic: health\ncount: 600\neveryMs: 100\nwarnP99Ms: 50\nfailP99Ms: 200',
      says: 'write 600 records to health on kafka-1:9092 and read them back: 99 of 100 within 200 ms',
    },
  ],
  describe: ({ cluster, topic, count, failP99Ms }) =>
    `write ${count} records to ${topic} on ${cluster} and read them back: 99 of 100 within ${failP99Ms} ms`,
  byHand: (given) =>
    byTool(
      'kafka-e2e-latency',
      given,
      '--topic',
      given.topic,
      '--num-records',
      String(given.count),
      '--producer-acks',
      'all',
      '--record-size',
      '36',
    ),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('latency', cluster.failure))
    return judged(seen, await judge(given, cluster.value, tools))
  },
})

async function judge(
  given: Input,
  cluster: Cluster,
  tools: Pick<StepTools, 'clock' | 'signal' | 'progress'>,
): Promise<Finding<Output>> {
  const { topic, count, everyMs } = given
  const found = await readProbeTopic(cluster, topic)
  if (!found.ok) return notKnown(`topic ${topic}`, found.failure)
  const partitions = found.value.partitions.map(({ partitionIndex }) => partitionIndex)
  const trips: Trip[] = []
  for (let sent = 0; sent < count && partitions.length > 0 && !tools.signal.aborted; sent += 1) {
    if (sent > 0 && everyMs > 0) await tools.clock.sleep(everyMs)
    const partition = partitions[sent % partitions.length] ?? 0
    const timestamp = tools.clock.now().getTime()
    const [trip] = await sendProbes(cluster, { topic, partitions: [partition], text: randomUUID(), timestamp })
    if (trip !== undefined) trips.push(trip)
    // One that is lost is no matter of percentiles: more would only wait for the same.
    if (trip?.stage !== null) break
    tools.progress(`${sent + 1} of ${count} records`)
  }
  const times = trips
    .filter(({ stage }) => stage === null)
    .map(({ writeMs, readMs }) => writeMs + readMs)
    .toSorted((one, other) => one - other)
  const at = (share: number): number => times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? 0
  const output = { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), count: times.length }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output,
    evidence: { topic, ...output, asked: count, slowest: times.slice(-10) },
  })
  const lost = trips.filter(({ stage }) => stage !== null)
  if (lost.length > 0) return said('fail', few(await explain(cluster, found.value, lost)))
  if (times.length < count) return said('unknown', `only ${times.length} of ${count} records were sent`)
  const sentence = `half of ${count} records took at most ${output.p50Ms} ms, 99 of 100 ${output.p99Ms} ms, the slowest ${output.maxMs} ms`
  if (output.p99Ms > given.failP99Ms) return said('fail', `${sentence}: more than ${given.failP99Ms} ms`)
  return said(given.warnP99Ms !== undefined && output.p99Ms > given.warnP99Ms ? 'warn' : 'pass', sentence)
}
