import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { type Config, readConfig, shownConfig } from './support/config.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { differences, putConfig, removeConnector, sayDifferences } from './support/put-config.ts'
import { connectorPath, type Deadline, deadlineIn, type Said, workerFields } from './support/rest.ts'
import { isSource, reverseConfig, whyNoReverse } from './support/reverse-config.ts'
import { lookAt, stateText } from './support/state.ts'

const input = z.strictObject({
  ...workerFields,
  connector: z.string().min(1).describe('Name of the connector that is made. It begins STOPPED.'),
  of: z
    .string()
    .min(1)
    .describe('The connector of MirrorMaker 2 whose direction is turned. One that copies records must be STOPPED itself.'),
  topics: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+$/, 'Invalid input: expected a topic name'))
    .min(1)
    .optional()
    .describe('Topics that go back, for the one that copies records. @default the patterns of `of`'),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('What is different from `of` beside the direction.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  created: z.boolean().describe('It was not there before.'),
  changed: z.array(z.string()).describe('Keys whose value is another than before.'),
})

const was = z.object({ wasThere: z.boolean() })

interface How {
  readonly deadline: Deadline
  readonly tools: StepTools
}

export default defineStep({
  name: 'connect.mirror-back',
  summary: 'Make the reverse of a MirrorMaker 2 connector, stopped: from its target back to its source.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Records that were written to the DR cluster go back',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-back-source\nof: mm2-source\ntopics: [orders, payments]',
      says: 'make mm2-back-source of http://connect.dr.example:8083, the reverse of mm2-source, for orders, payments',
    },
    {
      title: 'Offsets of the groups, every 2 seconds',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-back-checkpoint\nof: mm2-checkpoint\nconfig: {sync.group.offsets.interval.seconds: 2}',
      says: 'make mm2-back-checkpoint of http://connect.dr.example:8083, the reverse of mm2-checkpoint',
    },
  ],
  describe: ({ url, connector, of, topics }) =>
    `make ${connector} of ${url}, the reverse of ${of}${topics === undefined ? '' : `, for ${topics.join(', ')}`}`,
  byHand: ({ url, headers, connector, of }) => {
    const at = url.replace(/\/+$/, '')
    const get = curlRequest({ method: 'GET', url: `${at}${connectorPath(of, '/config')}`, headers, body: null, fails: true })
    const put = curlRequest({
      method: 'POST',
      url: `${at}/connectors`,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: `{"name": ${JSON.stringify(connector)}, "initial_state": "STOPPED", "config": {}}`,
      fails: true,
    })
    return `${get}   # its config with source.cluster.* and target.cluster.* exchanged, the new target also as producer.override.*\n${put}`
  },
  async check(given, tools) {
    const read = await readBoth(given, { deadline: deadlineIn(given.timeoutMs), tools })
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const changed = differences(read.now, read.wanted)
    const wasThere = read.now !== null
    const summary = wasThere ? sayDifferences(given.connector, changed) : `${given.connector} is not there`
    return { status: wasThere && changed.length === 0 ? 'done' : 'needed', summary, before: { wasThere } }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const how = { deadline: deadlineIn(given.timeoutMs), tools }
    const read = await readBoth(given, how)
    if (!read.ok) return { ...notObeyed(read), status: 'not-started' }
    const loop = await whyLoop(given, read.forward, how)
    if (loop !== null)
      return {
        status: 'not-started',
        verdict: 'fail',
        summary: loop,
        evidence: { url: given.url, config: { ...shownConfig(read.wanted) } },
      }
    const isNew = read.now === null
    return putConfig({ ...given, initialState: 'STOPPED' }, { config: read.wanted, before: read.now, isNew }, how)
  },
  async undo(given, { before, output: made }, tools) {
    const known = was.safeParse(before)
    if (!known.success || known.data.wasThere)
      return made?.changed.length === 0
        ? { status: 'done', summary: `${given.connector} is as it was` }
        : { status: 'failed', summary: `${given.connector} was there before: what it was is not kept, look at it` }
    return removeConnector({ ...given, initialState: 'STOPPED' }, { deadline: deadlineIn(given.timeoutMs), tools })
  },
})

type Both =
  | { readonly ok: true; readonly forward: Config; readonly now: Config | null; readonly wanted: Config }
  | (Said & { readonly ok: false })

async function readBoth(given: Input, how: How): Promise<Both> {
  const forward = await readConfig(given, given.of, how)
  if (!forward.ok) return forward
  const reason = whyNoReverse(given.of, forward.config)
  if (reason !== null || forward.config === null)
    return { ok: false, why: 'refused', status: 404, reason: reason ?? `${given.of} is not there` }
  const now = await readConfig(given, given.connector, how)
  if (!now.ok) return now
  const more = Object.fromEntries(Object.entries(given.config).map(([key, value]) => [key, String(value)]))
  const wanted = reverseConfig({ name: given.connector, topics: given.topics, more }, forward.config)
  return { ok: true, forward: forward.config, now: now.config, wanted }
}

/** Topics keep their names, so nothing keeps records of both directions from going round for ever. Null: no danger. */
async function whyLoop({ of, ...worker }: Input, forward: Config, how: How): Promise<string | null> {
  if (!isSource(forward)) return null
  const looked = await lookAt(worker, of, how)
  if (!looked.ok) return looked.reason
  if (looked.connector === null) return `${of} is not there`
  const { state, tasks } = looked.connector
  return state === 'STOPPED' && tasks.length === 0
    ? null
    : `${of} is ${stateText(looked.connector)}: both directions at once would copy records round for ever`
}
