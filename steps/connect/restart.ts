import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { ask, connectorPath, deadlineIn, workerFields } from './support/rest.ts'
import { awaitState, type ConnectorState, lookAt, stateText } from './support/state.ts'

const input = z.strictObject({
  ...workerFields,
  connector: z.string().min(1).describe('Name of the connector.'),
  onlyFailed: z.boolean().default(true).describe('Restart only what is FAILED; nothing failed: nothing to do.'),
  tasks: z.int().min(1).optional().describe('Tasks that must run afterwards.'),
})

const output = z.strictObject({
  restarted: z.int().describe('Connector and tasks that were FAILED before.'),
  tasks: z.int().describe('Tasks that run at the end.'),
})

const failedOf = (connector: ConnectorState): number =>
  [connector, ...connector.tasks].filter(({ state }) => state === 'FAILED').length

export default defineStep({
  name: 'connect.restart',
  summary: 'Restart a Kafka Connect connector and its failed tasks, and wait until all run.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'After a failed task',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-source',
      says: 'restart what failed of mm2-source of http://connect.dr.example:8083',
    },
    {
      title: 'Everything',
      yaml: 'url: http://127.0.0.1:8083\nconnector: mm2-source\nonlyFailed: false\ntasks: 4',
      says: 'restart mm2-source of http://127.0.0.1:8083 and all its tasks, until 4 run',
    },
  ],
  describe: ({ url, connector, onlyFailed, tasks }) =>
    `restart ${onlyFailed ? `what failed of ${connector} of ${url}` : `${connector} of ${url} and all its tasks`}${tasks === undefined ? '' : `, until ${tasks} run`}`,
  byHand: ({ url, headers, connector, onlyFailed }) =>
    curlRequest({
      method: 'POST',
      url: `${url.replace(/\/+$/, '')}${connectorPath(connector, `/restart?includeTasks=true&onlyFailed=${onlyFailed}`)}`,
      headers,
      body: null,
      fails: true,
    }),
  async check({ connector: name, onlyFailed, tasks, ...worker }, tools) {
    const looked = await lookAt(worker, name, { deadline: deadlineIn(worker.timeoutMs), tools })
    if (!looked.ok) return { status: 'unknown', summary: looked.reason }
    if (looked.connector === null) return { status: 'needed', summary: `${name} is not there` }
    const isDone = onlyFailed && isRunning(looked.connector, tasks)
    return { status: isDone ? 'done' : 'needed', summary: `${name} is ${stateText(looked.connector)}` }
  },
  async execute({ connector: name, onlyFailed, tasks, ...worker }, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const deadline = deadlineIn(worker.timeoutMs)
    const before = await lookAt(worker, name, { deadline, tools })
    if (!before.ok) return { ...notObeyed(before), status: 'not-started' }
    if (before.connector === null) return { status: 'not-started', verdict: 'fail', summary: `${name} is not there` }
    const restarted = failedOf(before.connector)
    const path = connectorPath(name, `/restart?includeTasks=true&onlyFailed=${onlyFailed}`)
    const said = await ask(worker, { method: 'POST', path }, { deadline, tools })
    if (!said.ok) return notObeyed(said)
    // It says RUNNING for a moment before it says RESTARTING.
    await tools.clock.sleep(500)
    const isThere = (connector: ConnectorState | null): boolean => connector !== null && isRunning(connector, tasks)
    const { reached, ...looked } = await awaitState(worker, name, { isThere, deadline, timeoutMs: worker.timeoutMs, tools })
    if (!looked.ok) return { status: 'unknown', verdict: 'unknown', summary: looked.reason }
    const now = looked.connector === null ? 'not there' : stateText(looked.connector)
    const evidence = { url: worker.url, before: before.connector, after: looked.connector } as unknown as Json
    const result = { restarted, tasks: looked.connector?.tasks.length ?? 0 }
    return reached
      ? { status: 'done', verdict: 'pass', summary: `${name} is ${now}`, output: result, evidence }
      : { status: 'failed', verdict: 'fail', summary: `${name} is ${now}, expected all RUNNING`, output: result, evidence }
  },
})

const isRunning = ({ state, tasks }: ConnectorState, expected: number | undefined): boolean =>
  state === 'RUNNING' &&
  tasks.every((task) => task.state === 'RUNNING') &&
  (expected === undefined ? tasks.length > 0 : tasks.length === expected)
