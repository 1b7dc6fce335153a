import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { greetBrokers } from './support/api/greet-brokers.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'

const input = z.strictObject({
  ...clusterInput,
  brokers: z
    .union([z.int().positive(), z.array(z.int().min(0)).min(1)])
    .describe('The brokers that must be there: how many, or their ids.'),
  contact: z
    .boolean()
    .default(true)
    .describe('Ask each of them at its advertised address too: a stopped one is still listed for some seconds.'),
  ...lastingInput,
})

const output = z.strictObject({
  online: z.int().describe('Brokers that are there.'),
  brokers: z.array(z.int()).describe('Their ids.'),
  missing: z.array(z.int()).describe('Ids that were expected and are not there, or do not answer.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.brokers-online',
  summary: 'Fail unless every expected broker is in the cluster and answers.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Three brokers, by their ids',
      yaml: 'cluster: kafka-1:9092,kafka-2:9092\nbrokers: [1, 2, 3]',
      says: 'brokers 1, 2, 3 are online in kafka-1:9092,kafka-2:9092',
    },
    {
      title: 'So many, as the cluster lists them',
      yaml: 'cluster: kafka-1:9092\nbrokers: 3\ncontact: false',
      says: '3 brokers are online in kafka-1:9092',
    },
  ],
  describe: ({ cluster, brokers }) =>
    `${typeof brokers === 'number' ? `${brokers} brokers` : `brokers ${brokers.join(', ')}`} are online in ${cluster}`,
  byHand: (given) => byTool('kafka-broker-api-versions', given),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('brokers', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge({ brokers: expected, contact }: Input, cluster: Cluster): Promise<Finding<Output>> {
  const metadata = await fetchMetadata(cluster, [])
  if (!metadata.ok) return notKnown('brokers', metadata.failure)
  const listed = metadata.value.brokers.map(({ nodeId }) => nodeId).toSorted((one, other) => one - other)
  const wanted = typeof expected === 'number' ? listed : expected
  const greeted = contact
    ? await greetBrokers(
        cluster,
        listed.filter((id) => wanted.includes(id)),
      )
    : []
  const silent = greeted.flatMap(({ nodeId, result }) => (result.ok ? [] : [{ nodeId, failure: result.failure }]))
  const online = listed.filter((id) => silent.every(({ nodeId }) => nodeId !== id))
  const missing = wanted.filter((id) => !online.includes(id))
  const output = { online: online.length, brokers: online, missing }
  const evidence = {
    expected,
    listed: metadata.value.brokers.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack })),
    silent: silent.map(({ nodeId, failure }) => ({ nodeId, says: sayFailure(failure) })),
  }
  const unlisted = missing.filter((id) => !listed.includes(id))
  const short =
    typeof expected === 'number' && listed.length < expected ? [`${listed.length} brokers listed, expected ${expected}`] : []
  const wrong = [
    ...short,
    ...(unlisted.length === 0
      ? []
      : [`brokers ${unlisted.join(', ')} missing (expected ${wanted.join(', ')}; seen ${listed.join(', ')})`]),
    ...silent.map(({ nodeId, failure }) => `broker ${nodeId} is listed, but ${sayFailure(failure)}`),
  ]
  if (wrong.length > 0) return { verdict: 'fail', summary: wrong.join('; '), output, evidence }
  return { verdict: 'pass', summary: `brokers ${online.join(', ')} are online${contact ? ' and answer' : ''}`, output, evidence }
}
