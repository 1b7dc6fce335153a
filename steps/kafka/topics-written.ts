import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { few, judged, notKnown } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { readPartitions } from './support/partitions.ts'
import { recordsWritten } from './support/traffic.ts'

const input = z.strictObject({
  ...clusterInput,
  topics: z.array(z.string().min(1)).min(1).describe('Topics that applications write to, each by its name.'),
  idle: z.array(z.string().min(1)).default([]).describe('Those of them that may be without a new record for so long.'),
  windowMs: z.int().positive().default(10_000).describe('How long to wait for new records, in milliseconds.'),
})

const output = z.strictObject({
  written: z.int().describe('Records that came to the topics in this time.'),
  silent: z.array(z.string()).describe('Topics that got none, whether they may or not.'),
})

export default defineStep({
  name: 'kafka.topics-written',
  summary: 'Require that applications write to each of these topics: their ends move, and nobody here moves them.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'After producers were moved',
      yaml: 'cluster: kafka-dr:9092\ntopics: [orders, payments]',
      says: 'orders, payments on kafka-dr:9092 get new records within 10 s',
    },
    {
      title: 'One of them is written once a day',
      yaml: 'cluster: kafka-dr:9092\ntopics: [orders, invoices]\nidle: [invoices]\nwindowMs: 30000',
      says: 'orders on kafka-dr:9092 get new records within 30 s',
    },
  ],
  describe: ({ cluster, topics, idle, windowMs }) =>
    `${topics.filter((topic) => !idle.includes(topic)).join(', ') || 'none of the topics'} on ${cluster} get new records within ${windowMs / 1000} s`,
  byHand: (given) =>
    `${byTool('kafka-get-offsets', given, '--time', '-1')}   # twice: the ends of ${given.topics.join(', ')} move`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('new records', cluster.failure))
    const read = await readPartitions(cluster.value, { topics: given.topics, includeInternal: false })
    if (!read.ok) return judged(seen, notKnown('new records', read.failure))
    const { values, unreadable } = await recordsWritten(cluster.value, read.value.partitions, { windowMs: given.windowMs, tools })
    const counts = new Map(given.topics.map((topic) => [topic, 0]))
    for (const { topic, value } of values) counts.set(topic, (counts.get(topic) ?? 0) + value)
    const silent = given.topics.filter((topic) => counts.get(topic) === 0)
    const wrong = silent.filter((topic) => !given.idle.includes(topic))
    const lost = [...read.value.unreadable, ...unreadable]
    const written = [...counts.values()].reduce((sum, one) => sum + one, 0)
    const finding = {
      output: { written, silent },
      evidence: { windowMs: given.windowMs, written: Object.fromEntries(counts), idle: [...given.idle], unreadable: lost },
    }
    if (lost.length > 0) return judged(seen, { verdict: 'unknown', summary: few(lost), ...finding })
    if (wrong.length > 0)
      return judged(seen, {
        verdict: 'fail',
        summary: `nobody writes to ${few(wrong)}: no new record in ${given.windowMs / 1000} s`,
        ...finding,
      })
    // That all may be silent is no sign that anybody writes.
    if (written === 0)
      return judged(seen, {
        verdict: 'unknown',
        summary: `no new record in ${given.windowMs / 1000} s, and each topic may be idle`,
        ...finding,
      })
    return judged(seen, { verdict: 'pass', summary: `${written} new records in ${given.windowMs / 1000} s`, ...finding })
  },
})
