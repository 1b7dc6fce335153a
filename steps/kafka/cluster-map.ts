import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { few, judged, notKnown } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { LEGEND, mapLines, mapSvg, rowsOf } from './support/map.ts'
import { readPartitions } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  most: z.int().min(1).default(30).describe('So many topics are drawn, the worst first.'),
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.svg$/, 'Invalid input: expected a file name that ends in .svg')
    .default('cluster-map.svg')
    .describe("Name of the picture in the run's artifacts."),
})

const output = z.strictObject({
  file: z.string().describe('Path of the SVG picture.'),
  partitions: z.int().describe('Partitions looked at.'),
  lagging: z.int().describe('Partitions with a replica that lags.'),
  offline: z.int().describe('Partitions with a replica that is offline.'),
})

export default defineStep({
  name: 'kafka.cluster-map',
  summary: 'Draw brokers by partitions (leader, in sync, lagging, offline) on the terminal and as an SVG picture.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    { title: 'The whole cluster', yaml: 'cluster: kafka-1:9092', says: 'draw all topics on the brokers of kafka-1:9092' },
    {
      title: 'Some topics, under another name',
      yaml: 'cluster: kafka-1:9092\ntopics: [orders, payments-*]\nfile: business.svg',
      says: 'draw orders, payments-* on the brokers of kafka-1:9092',
    },
  ],
  describe: (given) => `draw ${sayTopics(given)} on the brokers of ${given.cluster}`,
  byHand: (given) => byTool('kafka-topics', given, '--describe'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('a map', cluster.failure))
    const read = await readPartitions(cluster.value, given)
    if (!read.ok) return judged(seen, notKnown('a map', read.failure))
    const { partitions, unreadable } = read.value
    // A broker that is gone keeps its column: its replicas are what is missing.
    const brokers = [...new Set([...read.value.brokers, ...partitions.flatMap(({ replicas }) => replicas)])].toSorted(
      (one, other) => one - other,
    )
    const rows = rowsOf(partitions, brokers)
    const shown = rows.slice(0, given.most)
    const at = tools.clock.now().toISOString()
    for (const line of mapLines(shown, brokers)) tools.log(line)
    tools.log(LEGEND)
    if (rows.length > shown.length) tools.log(`${rows.length - shown.length} more not drawn`)
    const file = join(tools.artifacts, given.file)
    await mkdir(tools.artifacts, { recursive: true, mode: 0o700 })
    await writeFile(file, mapSvg(shown, { brokers, title: `${given.cluster} at ${at}` }), { mode: 0o600 })
    const sum = (of: 'lagging' | 'offline'): number => rows.reduce((total, row) => total + row[of], 0)
    const result = { file, partitions: partitions.length, lagging: sum('lagging'), offline: sum('offline') }
    const evidence = { brokers, alive: [...read.value.brokers], unreadable: [...unreadable], ...result }
    const summary = `${partitions.length} partitions on brokers ${brokers.join(', ')}: ${result.lagging} with a replica that lags, ${result.offline} with one that is offline`
    if (unreadable.length > 0) return judged(seen, { verdict: 'unknown', summary: few(unreadable), output: result, evidence })
    return judged(seen, { verdict: result.lagging + result.offline > 0 ? 'warn' : 'pass', summary, output: result, evidence })
  },
})
