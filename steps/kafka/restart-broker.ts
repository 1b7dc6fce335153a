import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { firstLineOf, runProgram } from '../support/run-program.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { greetBrokers } from './support/api/greet-brokers.ts'
import { clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { missingReplicas, readPartitions } from './support/partitions.ts'
import { MIN_ISR, numberOf, readTopicConfigs } from './support/topic-configs.ts'
import { until } from './support/until.ts'
import { shellWord } from '../support/shell-word.ts'

const words = z.array(z.string().min(1)).min(1)

const input = z.strictObject({
  ...clusterInput,
  broker: z.int().min(0).describe('Id of the broker. `cluster` must name others too: one that is down answers nothing.'),
  stop: words.describe('Program and its words that stop it in order: `[ssh, kafka-2, sudo, systemctl, stop, kafka]`.'),
  start: words.describe('Program and its words that start it.'),
  stopMs: z
    .int()
    .positive()
    .default(120_000)
    .describe('How long the stop may take until the cluster counts it out, in milliseconds.'),
  startMs: z
    .int()
    .positive()
    .default(600_000)
    .describe('How long it may take until it is back and every replica is in sync, in milliseconds.'),
  anyway: z.boolean().default(false).describe('Restart it even though some partition would refuse writes meanwhile.'),
})

type Input = z.infer<typeof input>
type Tools = StepTools & { readonly kafka: Kafka }

const output = z.strictObject({
  downMs: z.int().describe('From the stop until it answered again, in milliseconds.'),
  syncMs: z.int().describe('From then until every replica was in sync, in milliseconds.'),
})

export default defineStep({
  name: 'kafka.restart-broker',
  summary: 'Restart one broker in order: nothing may refuse writes meanwhile, and all its replicas must be in sync again.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Over ssh',
      yaml: 'cluster: kafka-1:9092,kafka-2:9092,kafka-3:9092\nbroker: 2\nstop: [ssh, kafka-2, sudo, systemctl, stop, kafka]\nstart: [ssh, kafka-2, sudo, systemctl, start, kafka]',
      says: 'restart broker 2 of kafka-1:9092,kafka-2:9092,kafka-3:9092: ssh kafka-2 sudo systemctl stop kafka, then ssh kafka-2 sudo systemctl start kafka',
    },
    {
      title: 'Here',
      yaml: 'cluster: kafka-1:9092,kafka-2:9092\nbroker: 1\nstop: [systemctl, stop, kafka]\nstart: [systemctl, start, kafka]\nstartMs: 1800000',
      says: 'restart broker 1 of kafka-1:9092,kafka-2:9092: systemctl stop kafka, then systemctl start kafka',
    },
  ],
  describe: ({ cluster, broker, stop, start }) =>
    `restart broker ${broker} of ${cluster}: ${stop.join(' ')}, then ${start.join(' ')}`,
  byHand: ({ cluster, config, stop, start }) => {
    const quoted = (list: readonly string[]): string => list.map(shellWord).join(' ')
    const topics = `kafka-topics.sh --bootstrap-server ${cluster}${config === undefined ? '' : ` --command-config ${shellWord(config)}`} --describe`
    return `${topics} --at-min-isr-partitions   # must show nothing\n${quoted(stop)}\n${quoted(start)}\n${topics} --under-replicated-partitions   # again until it shows nothing`
  },
  execute,
})

async function execute(given: Input, tools: Tools): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const what = `broker ${given.broker}`
  const connected = await tools.kafka.connect(given, tools)
  if (!connected.ok) return notChanged(seen, what, connected.failure)
  const cluster = connected.value
  const risk = await riskOf(cluster, given.broker)
  if (!risk.ok) return { ...notChanged(seen, what, risk.failure), status: 'not-started' }
  if (risk.value.length > 0 && !given.anyway)
    return { status: 'not-started', verdict: 'fail', summary: `${what} stays up: ${few(risk.value)}` }
  const began = performance.now()
  const stopped = await run(given.stop, given.stopMs, tools)
  if (stopped !== null) return { status: 'unknown', verdict: 'fail', summary: `stopping ${what}: ${stopped}` }
  const out = await until({ limitMs: given.stopMs, tools }, () => listed(cluster, given.broker, false))
  if (!out.reached) return { status: 'unknown', verdict: 'fail', summary: `${what} is still there after its stop` }
  const started = await run(given.start, given.startMs, tools)
  if (started !== null) return { status: 'unknown', verdict: 'fail', summary: `starting ${what}: ${started}` }
  const back = await until({ limitMs: given.startMs, tools }, () => listed(cluster, given.broker, true))
  const downMs = Math.round(performance.now() - began)
  if (!back.reached)
    return { status: 'unknown', verdict: 'fail', summary: `${what} is not back ${Math.round(downMs / 1000)} s after its stop` }
  const synced = await until({ limitMs: Math.max(1000, given.startMs - back.tookMs), tools }, () => inSync(cluster, given.broker))
  const evidence = { broker: given.broker, risk: [...risk.value], stopMs: out.tookMs, downMs, syncMs: synced.tookMs }
  const result = { downMs, syncMs: synced.tookMs }
  if (!synced.reached) {
    const says = synced.last.ok ? synced.last.value.says : sayFailure(synced.last.failure)
    return judged(seen, { verdict: 'fail', summary: `${what} is back, but ${says}`, output: result, evidence })
  }
  return judged(seen, {
    verdict: 'pass',
    summary: `${what} was away for ${downMs} ms, in sync ${synced.tookMs} ms later`,
    output: result,
    evidence,
  })
}

/** What would be without writes, or without a leader, while this broker is away. */
async function riskOf(cluster: Cluster, broker: number): Promise<Result<readonly string[]>> {
  const read = await readPartitions(cluster, { topics: undefined, includeInternal: true })
  // A cluster without a topic has nothing that could refuse writes.
  if (!read.ok) return read.failure.type === 'settings' ? { ok: true, value: [] } : read
  const { topics, partitions, unreadable } = read.value
  const configs = await readTopicConfigs(cluster, { topics, keys: [MIN_ISR] })
  if (!configs.ok) return configs
  const risk = [...unreadable, ...configs.value.unreadable]
  for (const one of partitions.filter(({ replicas }) => replicas.includes(broker))) {
    const left = one.isr.filter((id) => id !== broker && !one.offlineReplicas.includes(id)).length
    const needs = Math.min(numberOf(configs.value.of(one.topic, MIN_ISR)) ?? Infinity, one.replicas.length)
    if (left === 0) risk.push(`${sayPartition(one)} has no other replica in sync`)
    else if (left < needs) risk.push(`${sayPartition(one)} would have ${left} of ${needs} needed in sync`)
  }
  return { ok: true, value: risk }
}

/** Is it in the cluster, and does it answer at its own address? Or is it out of it? */
async function listed(cluster: Cluster, broker: number, isWanted: boolean) {
  const metadata = await fetchMetadata(cluster, [])
  if (!metadata.ok) return metadata
  const isListed = metadata.value.brokers.some(({ nodeId }) => nodeId === broker)
  const answers = isListed && isWanted ? (await greetBrokers(cluster, [broker])).every(({ result }) => result.ok) : isListed
  const says = `broker ${broker} is ${isListed ? (answers ? 'there' : 'listed, and silent') : 'out'}`
  return { ok: true as const, value: { isThere: answers === isWanted, says, value: null } }
}

async function inSync(cluster: Cluster, broker: number) {
  const read = await readPartitions(cluster, { topics: undefined, includeInternal: true })
  if (!read.ok)
    return read.failure.type === 'settings'
      ? { ok: true as const, value: { isThere: true, says: 'there is no topic', value: null } }
      : read
  const behind = read.value.partitions.filter((one) => missingReplicas(one).includes(broker))
  return {
    ok: true as const,
    value: { isThere: behind.length === 0, says: `${behind.length} replicas are not in sync yet`, value: null },
  }
}

/** Null when it ended well. */
async function run([file = '', ...args]: readonly string[], timeoutMs: number, tools: Tools): Promise<string | null> {
  const ran = await runProgram({ file, args, cwd: tools.root, timeoutMs, signal: tools.signal })
  if (!ran.ok) return ran.reason
  for (const line of `${ran.stdout}\n${ran.stderr}`.split('\n').filter((text) => text !== '')) tools.log(line)
  return ran.exit === 0 ? null : `exit ${ran.exit} ${firstLineOf(ran.stderr || ran.stdout)}`
}
