import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { ask, connectorPath, deadlineIn, workerFields } from './support/rest.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { awaitState, type ConnectorState, lookAt, stateText } from './support/state.ts'

const TARGETS = ['RUNNING', 'PAUSED', 'STOPPED'] as const
type Target = (typeof TARGETS)[number]

const input = z.strictObject({
  ...workerFields,
  connector: z.string().min(1).describe('Name of the connector.'),
  to: z.enum(TARGETS).describe('State it is brought to: `STOPPED` frees its tasks and keeps its configuration and offsets.'),
  tasks: z.int().min(0).optional().describe('Tasks that must run after `RUNNING`; one can be missing just after a resume.'),
  until: z
    .enum(['state', 'tasks'])
    .default('state')
    .describe(
      '`tasks`: a stop is done when no task is left. With its source cluster dead a connector frees its tasks in seconds, and reports STOPPED up to a minute later.',
    ),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  state: z.string().describe('State of the connector at the end.'),
  tasks: z.int().describe('Tasks that it has then.'),
  ms: z.int().describe('How long it took, in milliseconds.'),
})

const was = z.object({ state: z.enum(TARGETS) })

type Outcome = StepOutcome<z.infer<typeof output>>

const CALLS: Readonly<Record<Target, string>> = { RUNNING: '/resume', PAUSED: '/pause', STOPPED: '/stop' }

export default defineStep({
  name: 'connect.state',
  summary: 'Pause, resume or stop a Kafka Connect connector and wait until it and its tasks are so.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Stop replication before a failover',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-source\nto: STOPPED\nuntil: tasks',
      says: 'bring mm2-source of http://connect.dr.example:8083 to STOPPED, until it has no task',
    },
    {
      title: 'Resume, with the tasks it must have',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-source\nto: RUNNING\ntasks: 4',
      says: 'bring mm2-source of http://connect.dr.example:8083 to RUNNING with 4 tasks',
    },
  ],
  describe: ({ url, connector, to, tasks, until }) =>
    `bring ${connector} of ${url} to ${to}${to === 'STOPPED' && until === 'tasks' ? ', until it has no task' : ''}${tasks === undefined ? '' : ` with ${tasks} tasks`}`,
  byHand: ({ url, headers, connector, to }) => {
    const at = `${url.replace(/\/+$/, '')}${connectorPath(connector)}`
    const put = curlRequest({ method: 'PUT', url: `${at}${CALLS[to]}`, headers, body: null, fails: true })
    const get = curlRequest({ method: 'GET', url: `${at}/status`, headers, body: null, fails: true })
    return `${put}\n${get} | jq -e '.connector.state == "${to}" and all(.tasks[]; .state == "${to}")'   # again until it is true`
  },
  async check(given, tools) {
    const looked = await lookAt(given, given.connector, { deadline: deadlineIn(given.timeoutMs), tools })
    if (!looked.ok) return { status: 'unknown', summary: looked.reason }
    if (looked.connector === null) return { status: 'needed', summary: `${given.connector} is not there` }
    const before = was.safeParse(looked.connector)
    const summary = `${given.connector} is ${stateText(looked.connector)}`
    return {
      status: isThere(given)(looked.connector) ? 'done' : 'needed',
      summary,
      ...(before.success ? { before: before.data } : {}),
    }
  },
  execute: bring,
  async undo(given, { before }, tools) {
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: `what state ${given.connector} had before is not known` }
    // How many tasks it had is not asked: it is its own affair, as it was before.
    return bring({ ...given, to: known.data.state, tasks: undefined, until: 'state' }, tools)
  },
})

/** Is it as asked? A connector that runs without a task is not, unless none is expected. */
const isThere =
  ({ to, tasks: expected, until }: Input) =>
  (connector: ConnectorState | null): boolean => {
    if (connector === null) return false
    const { state, tasks } = connector
    if (to === 'STOPPED') return tasks.length === 0 && (state === 'STOPPED' || until === 'tasks')
    const isEnough = expected === undefined ? tasks.length > 0 : tasks.length === expected
    return state === to && isEnough && tasks.every((task) => task.state === to)
  }

async function bring(given: Input, tools: StepTools): Promise<Outcome> {
  const { connector: name, to, timeoutMs } = given
  const deadline = deadlineIn(timeoutMs)
  const said = await ask(given, { method: 'PUT', path: connectorPath(name, CALLS[to]) }, { deadline, tools })
  if (!said.ok) return notObeyed(said)
  const { reached, ...looked } = await awaitState(given, name, { isThere: isThere(given), deadline, timeoutMs, tools })
  if (!looked.ok) return { status: 'unknown', verdict: 'unknown', summary: looked.reason }
  const ms = timeoutMs - deadline.leftMs()
  const now = looked.connector === null ? 'not there' : stateText(looked.connector)
  const result = { state: looked.connector?.state ?? 'ABSENT', tasks: looked.connector?.tasks.length ?? 0, ms }
  const evidence = { url: given.url, connector: looked.connector, ms } as unknown as Json
  if (!reached)
    return {
      status: 'unknown',
      verdict: 'fail',
      summary: `${name} is ${now} after ${Math.round(ms / 1000)}s, expected ${to}`,
      output: result,
      evidence,
    }
  return { status: 'done', verdict: 'pass', summary: `${name} is ${now} after ${ms} ms`, output: result, evidence }
}
