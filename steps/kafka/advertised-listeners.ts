import { lookup } from 'node:dns/promises'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { greetBrokers } from './support/api/greet-brokers.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'

const input = z.strictObject({
  ...clusterInput,
  hosts: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'Hosts, or `host:port`, that the brokers must advertise: every broker one of these, every one of these some broker.',
    ),
})

const output = z.strictObject({
  advertised: z.array(z.string()).describe('What the brokers advertise, as `host:port`.'),
  unreachable: z.array(z.string()).describe('What cannot be looked up or does not answer from here.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.advertised-listeners',
  summary: 'Require that every address the brokers advertise can be looked up, reached and used from here.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Everything that a client is sent to answers',
      yaml: 'cluster: kafka.example:9092',
      says: 'every address advertised by kafka.example:9092 answers from here',
    },
    {
      title: 'After a change of DNS: the DR brokers and no others',
      yaml: 'cluster: kafka.example:9092\nhosts: [kafka-dr-1.example, kafka-dr-2.example]',
      says: 'kafka.example:9092 advertises kafka-dr-1.example, kafka-dr-2.example, and each answers from here',
    },
  ],
  describe: ({ cluster, hosts }) =>
    hosts === undefined
      ? `every address advertised by ${cluster} answers from here`
      : `${cluster} advertises ${hosts.join(', ')}, and each answers from here`,
  byHand: (given) => byTool('kafka-broker-api-versions', given),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('advertised listeners', cluster.failure))
    return judged(seen, await judge(given, cluster.value))
  },
})

async function judge({ hosts }: Input, cluster: Cluster): Promise<Finding<Output>> {
  const metadata = await fetchMetadata(cluster, [])
  if (!metadata.ok) return notKnown('advertised listeners', metadata.failure)
  const { brokers } = metadata.value
  const greeted = await greetBrokers(
    cluster,
    brokers.map(({ nodeId }) => nodeId),
  )
  const found = await Promise.all(
    brokers.map(async ({ nodeId, host, port }) => {
      const result = greeted.find((one) => one.nodeId === nodeId)?.result
      const addresses = await lookup(host, { all: true }).then(
        (all) => all.map(({ address }) => address),
        () => null,
      )
      const says = addresses === null ? 'its name cannot be looked up' : result?.ok === false ? sayFailure(result.failure) : null
      return { nodeId, at: `${host}:${port}`, host, addresses, says }
    }),
  )
  const bad = found.filter(({ says }) => says !== null)
  const strange = hosts === undefined ? [] : found.filter(({ at, host }) => !hosts.includes(at) && !hosts.includes(host))
  const absent = (hosts ?? []).filter((wanted) => !found.some(({ at, host }) => wanted === at || wanted === host))
  const result = { advertised: found.map(({ at }) => at), unreachable: bad.map(({ at }) => at) }
  const evidence = { brokers: found.map(({ nodeId, at, addresses, says }) => ({ nodeId, at, addresses, says })) }
  const wrong = [
    ...(brokers.length === 0 ? ['no broker is listed'] : []),
    ...bad.map(({ nodeId, at, says }) => `broker ${nodeId} advertises ${at}: ${says}`),
    ...strange.map(({ nodeId, at }) => `broker ${nodeId} advertises ${at}, which is not expected`),
    ...(absent.length === 0 ? [] : [`no broker advertises ${absent.join(', ')}`]),
  ]
  if (wrong.length > 0) return { verdict: 'fail', summary: wrong.join('; '), output: result, evidence }
  return { verdict: 'pass', summary: `${result.advertised.join(', ')} answer from here`, output: result, evidence }
}
