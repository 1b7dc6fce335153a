import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { readConfig } from './support/config.ts'
import { awaitFlow } from './support/flow-topics.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { ask, connectorPath, type Deadline, deadlineIn, type Said, workerFields } from './support/rest.ts'
import { isSource } from './support/reverse-config.ts'

const KEY = 'topics.exclude'
/** What MirrorMaker 2 leaves out where nothing is said. */
const BY_DEFAULT = { 3: String.raw`.*[\-\.]internal, .*\.replica, __.*`, 4: String.raw`mm2.*\.internal, .*\.replica, __.*` }

const input = z.strictObject({
  ...workerFields,
  connector: z.string().min(1).describe('Name of the MirrorSourceConnector.'),
  topics: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+$/, 'Invalid input: expected a topic name'))
    .min(1)
    .describe('Source topics, each by its name.'),
  to: z.enum(['out', 'in']).default('out').describe('`in` lets it copy them again, where its `topics` name them.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({ changed: z.boolean().describe('It was not so before.') })

const was = z.object({ exclude: z.string().nullable() })

interface How {
  readonly deadline: Deadline
  readonly tools: StepTools
}

export default defineStep({
  name: 'connect.mirror-topics',
  summary: 'Take topics out of a MirrorMaker 2 flow, or in again, and wait until its tasks are so; the other topics go on.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'One topic is served by the DR cluster',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-source\ntopics: [orders]',
      says: 'take orders out of mm2-source of http://connect.dr.example:8083',
    },
    {
      title: 'It is copied again',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-source\ntopics: [orders]\nto: in',
      says: 'let mm2-source of http://connect.dr.example:8083 copy orders',
    },
  ],
  describe: ({ url, connector, topics, to }) =>
    to === 'out'
      ? `take ${topics.join(', ')} out of ${connector} of ${url}`
      : `let ${connector} of ${url} copy ${topics.join(', ')}`,
  byHand: ({ url, headers, connector, topics, to }) => {
    const at = `${url.replace(/\/+$/, '')}${connectorPath(connector)}`
    const get = curlRequest({ method: 'GET', url: `${at}/config`, headers, body: null, fails: true })
    const words = topics.map(asPattern).join(', ')
    const patch = curlRequest({
      method: 'PATCH',
      url: `${at}/config`,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ [KEY]: `…${to === 'out' ? `, ${words}` : ''}` }),
      fails: true,
    })
    return `${get}   # its ${KEY}, or ${BY_DEFAULT[4]}\n${patch}   # … is what it was${to === 'in' ? `, without ${words}` : ''}`
  },
  async check(given, tools) {
    const how = { deadline: deadlineIn(given.timeoutMs), tools }
    const read = await readFlow(given, how)
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const isSo = changedList(given, read.leftOut) === null
    const summary = `${given.connector} leaves out ${read.leftOut}`
    return { status: isSo ? 'done' : 'needed', summary, before: { exclude: read.isSaid ? read.leftOut : null } }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const how = { deadline: deadlineIn(given.timeoutMs), tools }
    const read = await readFlow(given, how)
    if (!read.ok) return { ...notObeyed(read), status: 'not-started' }
    return bring(given, { exclude: changedList(given, read.leftOut) ?? undefined }, how)
  },
  async undo(given, { before }, tools) {
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: `what ${given.connector} left out before is not known` }
    const turned: Input = { ...given, to: given.to === 'out' ? 'in' : 'out' }
    return bring(turned, { exclude: known.data.exclude }, { deadline: deadlineIn(given.timeoutMs), tools })
  },
})

const asPattern = (topic: string): string => topic.replaceAll('.', String.raw`\.`)

const wordsOf = (list: string): string[] =>
  list
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)

/** What is to be left out; null where it is so already. */
function changedList({ topics, to }: Input, leftOut: string): string | null {
  const now = wordsOf(leftOut)
  const own = topics.map(asPattern)
  const wanted = to === 'out' ? [...now, ...own.filter((one) => !now.includes(one))] : now.filter((one) => !own.includes(one))
  return wanted.length === now.length ? null : wanted.join(', ')
}

type Flow =
  /** `isSaid`: its configuration says so itself. */
  { readonly ok: true; readonly leftOut: string; readonly isSaid: boolean } | (Said & { readonly ok: false })

async function readFlow(given: Input, how: How): Promise<Flow> {
  const read = await readConfig(given, given.connector, how)
  if (!read.ok) return read
  const refused = (reason: string): Flow => ({ ok: false, why: 'refused', status: 404, reason })
  if (read.config === null || !isSource(read.config))
    return refused(`${given.connector} is ${read.config === null ? 'not there' : 'no MirrorSourceConnector'}`)
  const own = read.config[KEY]
  if (own !== undefined) return { ok: true, leftOut: own, isSaid: true }
  const said = await ask(given, { method: 'GET', path: '/' }, how)
  if (!said.ok) return said
  const version = z.object({ version: z.string() }).safeParse(said.json).data?.version ?? ''
  if (!/^[34]\./.test(version)) return refused(`what it leaves out by default in version ${version || 'unknown'} is not known`)
  return { ok: true, leftOut: BY_DEFAULT[version.startsWith('3.') ? 3 : 4], isSaid: false }
}

/** Only this key is sent, so that a password beside it is neither read nor written. Null: the key goes. */
async function bring(
  given: Input,
  { exclude }: { readonly exclude: string | null | undefined },
  how: How,
): Promise<StepOutcome<z.infer<typeof output>>> {
  const { connector, topics, to } = given
  const path = connectorPath(connector, '/config')
  if (exclude !== undefined) {
    const said = await ask(given, { method: 'PATCH', path, json: { [KEY]: exclude } }, how)
    if (!said.ok) return notObeyed(said)
  }
  const { reached, reason, state } = await awaitFlow(given, { connector, topics, to }, how)
  const evidence = { url: given.url, connector, topics: [...topics], exclude: exclude ?? null }
  if (!reached) return { status: 'unknown', verdict: 'unknown', summary: `${connector}: ${reason}`, evidence }
  const names = topics.join(', ')
  // What is let in and stands is not copied yet.
  const copies = state === 'RUNNING' ? `copies ${names}` : `is ${state}, and copies ${names} when it goes on`
  const summary = `${connector} ${to === 'out' ? `no longer copies ${names}` : copies}`
  return { status: 'done', verdict: 'pass', summary, output: { changed: exclude !== undefined }, evidence }
}
