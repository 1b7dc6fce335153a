import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { readMarker } from '../support/read-marker.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { readCopied } from './support/connector-offsets.ts'
import { findOrphans } from './support/find-orphans.ts'
import { few, judged, notKnown } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition, type TopicPartition } from './support/leaders.ts'
import { recordLines } from './support/records/record-lines.ts'

const input = z.strictObject({
  primary: clusterInput.cluster.describe('Bootstrap servers of the cluster that was left: `host:port,host:port`.'),
  primaryConfig: clusterInput.config.describe('File with client properties for `primary`, as `--command-config` takes it.'),
  dr: clusterInput.cluster.describe('Bootstrap servers of the cluster that clients moved to.'),
  drConfig: clusterInput.config.describe('File with client properties for `dr`.'),
  timeoutMs: clusterInput.timeoutMs,
  connect: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
    .describe('Address of a Connect worker. A secret in it stays `$NAME`.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers for it. A secret stays `$NAME`.'),
  connector: z.string().min(1).default('mm2-source').describe('Name of the MirrorSourceConnector that copied from `primary`.'),
  topics: z.array(z.string().min(1)).min(1).describe('Topics to look at, each by its name.'),
  marker: z.string().min(1).describe('File of the `kafka.cutover-marker` of `dr`, from before clients wrote to it.'),
  earlier: z
    .string()
    .min(1)
    .default('none')
    .describe(
      'Marker that an earlier way back has left in `goesOn`, where it emptied topics and was then given up: what is gone there was looked at. `none`: there was none.',
    ),
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.jsonl$/, 'Invalid input: expected a file name that ends in .jsonl')
    .default('orphans.jsonl')
    .describe("Name of the file in the run's artifacts that keeps them, key and value in base64."),
  goesOn: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.json$/, 'Invalid input: expected a file name that ends in .json')
    .default('goes-on.json')
    .describe("Name of the file in the run's artifacts that says where copying back goes on, for `connect.offsets`."),
})

const output = z.strictObject({
  orphans: z.int().describe('Records that `primary` has and `dr` had not when clients moved.'),
  looked: z.int().describe('Records that were looked for: those after the last one that counted as copied.'),
  file: z.string().describe('Path of the file that keeps them.'),
  copiedBack: z.int().describe('Records that `primary` has got from `dr` since then: an earlier way back was given up.'),
  goesOn: z
    .string()
    .describe('Path of the marker that says where copying back goes on in each partition: at the beginning in those of `torn`.'),
  torn: z.array(z.string()).describe('Topics that have orphans, or copies in another order: copying cannot go on there.'),
  clean: z.array(z.string()).describe('Topics where it can.'),
  anyTorn: z.boolean().describe('There are topics in `torn`.'),
})

export default defineStep({
  name: 'kafka.orphans',
  summary: 'Find records of a left cluster that were never copied to the one clients moved to, and keep them in a file.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Before a failback',
      yaml: 'primary: kafka-1:9092\ndr: kafka-dr:9092\nconnect: http://connect.dr.example:8083\ntopics: [orders, payments]\nmarker: failover/dr.json',
      says: 'find records of orders, payments on kafka-1:9092 that kafka-dr:9092 had not at failover/dr.json, and keep them in orphans.jsonl',
    },
    {
      title: 'Another connector',
      yaml: 'primary: kafka-1:9092\ndr: kafka-dr:9092\nconnect: http://127.0.0.1:8083\nconnector: copy\ntopics: [load]\nmarker: dr.json\nfile: load.jsonl',
      says: 'find records of load on kafka-1:9092 that kafka-dr:9092 had not at dr.json, and keep them in load.jsonl',
    },
  ],
  describe: ({ primary, dr, topics, marker, file }) =>
    `find records of ${topics.join(', ')} on ${primary} that ${dr} had not at ${marker}, and keep them in ${file}`,
  byHand(given) {
    const url = `${given.connect.replace(/\/+$/, '')}/connectors/${encodeURIComponent(given.connector)}/offsets`
    const consume = (cluster: string, config: string | undefined): string =>
      byTool(
        'kafka-console-consumer',
        { cluster, config },
        '--topic',
        given.topics[0] ?? '',
        '--partition',
        '0',
        '--timeout-ms',
        '10000',
        '--property',
        'print.timestamp=true',
        '--property',
        'print.key=true',
        '--offset',
      )
    return [
      `${curlRequest({ method: 'GET', url, headers: given.headers, body: null, fails: true })}   # the last copied offset of each partition`,
      `${consume(given.primary, given.primaryConfig)} 1234   # from the next one; each partition`,
      `${consume(given.dr, given.drConfig)} 1200   # what of it is there, before the end in ${JSON.stringify(given.marker)}`,
    ].join('\n')
  },
  async execute(given, tools) {
    const seen = { cluster: `${given.primary} → ${given.dr}`, clock: tools.clock }
    const unknown = (reason: string) =>
      judged(seen, { verdict: 'unknown' as const, summary: reason, evidence: { marker: given.marker, reason } })
    const marked = readMarker(given.marker, { root: tools.root, topics: given.topics })
    if (!marked.ok) return unknown(marked.reason)
    const before = given.earlier === 'none' ? null : readMarker(given.earlier, { root: tools.root, topics: given.topics })
    if (before?.ok === false) return unknown(before.reason)
    const emptied = new Set(before?.ends.filter(({ end }) => end === 0).map(sayPartition))
    const { timeoutMs } = given
    const copied = await readCopied({ ...given, url: given.connect }, tools)
    if (!copied.ok) return unknown(copied.reason)
    const primary = await tools.kafka.connect({ cluster: given.primary, config: given.primaryConfig, timeoutMs }, tools)
    if (!primary.ok) return judged(seen, notKnown('the left cluster', primary.failure))
    const dr = await tools.kafka.connect({ cluster: given.dr, config: given.drConfig, timeoutMs }, tools)
    if (!dr.ok) return judged(seen, notKnown('the cluster that clients moved to', dr.failure))
    const sides = { primary: primary.value, dr: dr.value }
    const found = await findOrphans({ ...sides, copied: copied.copied, marked: marked.ends, emptied }, tools)
    const { records, looked, copiedBack } = found
    if (found.unreadable.length > 0) return unknown(few(found.unreadable))
    const [file, goesOn] = [join(tools.artifacts, given.file), join(tools.artifacts, given.goesOn)]
    await mkdir(tools.artifacts, { recursive: true, mode: 0o700 })
    await writeFile(file, recordLines(records), { mode: 0o600 })
    const counts = countsOf(records)
    const torn = given.topics.filter((name) => found.torn.some(({ topic }) => topic === name))
    const clean = given.topics.filter((name) => !torn.includes(name))
    // A connector that was removed has left its offsets behind: what is copied anew must be told so.
    const ends = Object.fromEntries(
      marked.ends.map((one) => [sayPartition(one), torn.includes(one.topic) ? 0 : (found.goesOnAt.get(sayPartition(one)) ?? 0)]),
    )
    const marker = { cluster: given.dr, at: tools.clock.now().toISOString(), ends }
    await writeFile(goesOn, `${JSON.stringify(marker, null, 2)}\n`, { mode: 0o600 })
    const brought = copiedBack === 0 ? '' : `, ${copiedBack} brought by an earlier way back`
    const summary =
      records.length === 0
        ? `no orphans: ${looked} records after the last copied ones are all there${brought}`
        : `${records.length} orphans, kept in ${given.file}: ${few([...counts].map(([name, count]) => `${name} ${count}`))}${brought}`
    return judged(seen, {
      verdict: torn.length === 0 ? 'pass' : 'warn',
      summary: torn.length === 0 ? summary : `${summary}; to be copied anew: ${torn.join(', ')}`,
      output: {
        orphans: records.length,
        looked,
        file,
        copiedBack,
        goesOn,
        torn,
        clean,
        anyTorn: torn.length > 0,
      },
      evidence: {
        marker: given.marker,
        earlier: given.earlier,
        looked,
        orphans: Object.fromEntries(counts),
        file,
        copiedBack,
        goesOn: ends,
      },
    })
  },
})

/** How many of the records each partition has. */
function countsOf(records: readonly TopicPartition[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const one of records) counts.set(sayPartition(one), (counts.get(sayPartition(one)) ?? 0) + 1)
  return counts
}
