import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { readConfig, shownConfig } from './support/config.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { differences, putConfig, removeConnector, sayDifferences } from './support/put-config.ts'
import { connectorPath, deadlineIn, workerFields } from './support/rest.ts'
import { wantedConfig } from './support/wanted-config.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

const input = z
  .strictObject({
    ...workerFields,
    connector: z.string().min(1).describe('Name of the connector.'),
    config: z
      .record(z.string(), scalar)
      .default({})
      .describe(
        'Its whole configuration, with `file` and `clients`; what is not in it is removed. A secret stays `$NAME`, better `${file:…}` of the worker.',
      ),
    file: z
      .string()
      .min(1)
      .optional()
      .describe('JSON file with a configuration, as `file.render` writes one; `config` comes on top of it.'),
    clients: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe(
        'Files with the properties of an ordinary Kafka client, each put in under a prefix: `{source.cluster.: client.properties}`.',
      ),
    initialState: z
      .enum(['RUNNING', 'PAUSED', 'STOPPED'])
      .default('RUNNING')
      .describe('State of a connector that is created; one that exists keeps its own.'),
  })
  .refine(({ config, file }) => file !== undefined || 'connector.class' in config, {
    message: 'Invalid input: expected connector.class',
    path: ['config'],
  })

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
    {
      title: 'From a rendered template, logging in as the clients do',
      yaml: [
        'url: http://connect.dr.example:8083',
        'connector: mm2-source',
        'file: mm2-source.json',
        'clients: {source.cluster.: primary.properties, target.cluster.: dr.properties}',
      ].join('\n'),
      says: 'create or update mm2-source of http://connect.dr.example:8083 (mm2-source.json, primary.properties, dr.properties)',
    },
  ],
  describe: ({ url, connector, config, file, clients }) => {
    const keys = Object.keys(config).length
    const name = String(config['connector.class'] ?? '')
      .split('.')
      .at(-1)
    const parts = [name, file, ...Object.values(clients), keys === 0 ? '' : `${keys} keys`]
    return `create or update ${connector} of ${url} (${parts.filter(Boolean).join(', ')})`
  },
  byHand: ({ url, headers, connector, config, file, clients }) => {
    const put = curlRequest({
      method: 'PUT',
      url: `${url.replace(/\/+$/, '')}${connectorPath(connector, '/config')}`,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(config),
      fails: true,
    })
    const merged = [
      ...Object.entries(clients).map(([prefix, path]) => `each line of ${path} as "${prefix}KEY"`),
      ...(file === undefined ? [] : [`the keys of ${file}`]),
    ]
    return merged.length === 0 ? put : `# put in too, before these: ${merged.join('; ')}\n${put}`
  },
  async check(given, tools) {
    const read = await readConfig(given, given.connector, { deadline: deadlineIn(given.timeoutMs), tools })
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const wanted = wantedConfig(given, tools)
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
    const wanted = wantedConfig(given, tools)
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
