import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { fillNames } from '../support/fill-names.ts'
import { type Config, readConfig, shownConfig } from './support/config.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { differences, putConfig, removeConnector, sayDifferences } from './support/put-config.ts'
import { connectorPath, deadlineIn, workerFields } from './support/rest.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

const input = z.strictObject({
  ...workerFields,
  connector: z.string().min(1).describe('Name of the connector.'),
  config: z
    .record(z.string(), scalar)
    .refine((given) => 'connector.class' in given, 'Invalid input: expected connector.class')
    .describe('Its whole configuration; what is not in it is removed. A secret stays `$NAME`, better `${file:…}` of the worker.'),
  initialState: z
    .enum(['RUNNING', 'PAUSED', 'STOPPED'])
    .default('RUNNING')
    .describe('State of a connector that is created; one that exists keeps its own.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  created: z.boolean().describe('It was not there before.'),
  changed: z.array(z.string()).describe('Keys whose value is another than before.'),
})

const was = z.object({ config: z.record(z.string(), z.string()).nullable(), isMasked: z.boolean() })

type Outcome = StepOutcome<z.infer<typeof output>>

export default defineStep({
  name: 'connect.connector',
  summary: 'Create a Kafka Connect connector, or give an existing one this configuration.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Heartbeats into the primary cluster, created stopped',
      yaml: [
        'url: http://connect.dr.example:8083',
        'connector: mm2-heartbeat',
        'initialState: STOPPED',
        'config:',
        '  connector.class: org.apache.kafka.connect.mirror.MirrorHeartbeatConnector',
        '  source.cluster.alias: dr',
        '  target.cluster.alias: primary',
        '  target.cluster.bootstrap.servers: kafka-1.example:9092',
        '  producer.override.bootstrap.servers: kafka-1.example:9092',
      ].join('\n'),
      says: 'create or update mm2-heartbeat of http://connect.dr.example:8083 (MirrorHeartbeatConnector, 5 keys)',
    },
    {
      title: 'More tasks',
      yaml: 'url: http://127.0.0.1:8083\nconnector: archive\nconfig: {connector.class: FileStreamSink, topics: orders, tasks.max: 4}',
      says: 'create or update archive of http://127.0.0.1:8083 (FileStreamSink, 3 keys)',
    },
  ],
  describe: ({ url, connector, config }) => {
    const name = String(config['connector.class']).split('.').at(-1)
    return `create or update ${connector} of ${url} (${name}, ${Object.keys(config).length} keys)`
  },
  byHand: ({ url, headers, connector, config }) =>
    curlRequest({
      method: 'PUT',
      url: `${url.replace(/\/+$/, '')}${connectorPath(connector, '/config')}`,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(config),
      fails: true,
    }),
  async check(given, tools) {
    const read = await readConfig(given, given.connector, { deadline: deadlineIn(given.timeoutMs), tools })
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const wanted = filled(given, tools)
    if (!wanted.ok) return { status: 'unknown', summary: wanted.reason }
    const shown = read.config === null ? null : shownConfig(read.config)
    const before = {
      config: shown,
      isMasked: read.config !== null && Object.entries(read.config).some(([key, value]) => shown?.[key] !== value),
    }
    const changed = differences(read.config, wanted.config)
    const summary = read.config === null ? `${given.connector} is not there` : sayDifferences(given.connector, changed)
    return { status: changed.length === 0 && read.config !== null ? 'done' : 'needed', summary, before }
  },
  async execute(given, tools): Promise<Outcome> {
    const how = { deadline: deadlineIn(given.timeoutMs), tools }
    const wanted = filled(given, tools)
    if (!wanted.ok) return { status: 'not-started', verdict: 'fail', summary: wanted.reason }
    const read = await readConfig(given, given.connector, how)
    if (!read.ok) return { ...notObeyed(read), status: 'not-started' }
    return putConfig(given, { config: wanted.config, before: read.config, isNew: read.config === null }, how)
  },
  async undo(given, { before }, tools) {
    const how = { deadline: deadlineIn(given.timeoutMs), tools }
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: `what ${given.connector} was before is not known` }
    const { config, isMasked } = known.data
    if (config === null) return removeConnector(given, how)
    if (isMasked)
      return {
        status: 'failed',
        summary: `the configuration of ${given.connector} held a secret, which is not kept: restore it by hand`,
      }
    return putConfig(given, { config, before: null, isNew: false }, how)
  },
})

/** Its name is part of a configuration; secrets are filled in where they leave this machine. */
function filled(
  { connector, config }: Input,
  tools: StepTools,
): { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly reason: string } {
  const pairs: [string, string][] = []
  for (const [key, value] of Object.entries(config)) {
    // `${provider:path:key}` is the worker's own way to a secret; it has no name of ours in it.
    const text = fillNames(String(value), tools)
    if (!text.ok) return { ok: false, reason: `${key}: ${text.reason}` }
    pairs.push([key, text.text])
  }
  return { ok: true, config: { ...Object.fromEntries(pairs), name: connector } }
}
