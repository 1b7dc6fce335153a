import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome, StepTools, Verdict } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { ask, type Deadline, deadlineIn, workerFields } from './support/rest.ts'
import { type ConnectorState, lookAt, stateText } from './support/state.ts'

const input = z.strictObject({
  ...workerFields,
  connectors: z.array(z.string().min(1)).min(1).optional().describe('Names of the connectors. All that are there when left out.'),
  state: z.enum(['RUNNING', 'PAUSED', 'STOPPED']).default('RUNNING').describe('State that each must have, its tasks too.'),
  tasks: z
    .record(z.string(), z.int().min(0))
    .default({})
    .describe('Expected number of tasks by connector: just after a resume one can be missing while all that are listed run.'),
  workers: z.int().min(1).optional().describe('At least so many different workers must hold them.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  connectors: z.int().describe('Connectors that were looked at.'),
  tasks: z.int().describe('Their tasks.'),
  failed: z.int().describe('Connectors and tasks in state FAILED.'),
  workers: z.int().describe('Different workers that hold them.'),
})

type Outcome = StepOutcome<z.infer<typeof output>>

export default defineStep({
  name: 'connect.status',
  summary: 'Require the state of Kafka Connect connectors and of each of their tasks, and how many tasks there are.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'All connectors of a cluster run',
      yaml: 'url: http://connect.dr.example:8083',
      says: 'every connector of http://connect.dr.example:8083 is RUNNING with its tasks',
    },
    {
      title: 'MirrorMaker 2 with its expected tasks',
      yaml: 'url: http://connect.dr.example:8083\nconnectors: [mm2-source, mm2-checkpoint]\ntasks: {mm2-source: 4, mm2-checkpoint: 1}\nworkers: 2',
      says: 'mm2-source, mm2-checkpoint of http://connect.dr.example:8083 are RUNNING with their tasks',
    },
  ],
  describe: ({ url, connectors, state }) =>
    connectors === undefined
      ? `every connector of ${url} is ${state} with its tasks`
      : `${connectors.join(', ')} of ${url} ${connectors.length === 1 ? 'is' : 'are'} ${state} with ${connectors.length === 1 ? 'its' : 'their'} tasks`,
  byHand: ({ url, headers, state }) => {
    const path = '/connectors?expand=status'
    const curl = curlRequest({ method: 'GET', url: `${url.replace(/\/+$/, '')}${path}`, headers, body: null, fails: true })
    return `${curl} | jq -e '[.[].status | .connector.state, .tasks[].state] | length > 0 and all(. == "${state}")'`
  },
  async execute(given, tools): Promise<Outcome> {
    const deadline = deadlineIn(given.timeoutMs)
    const names = await namesOf(given, { deadline, tools })
    if (!names.ok) return unknown(names.reason)
    const found: ConnectorState[] = []
    const wrong: string[] = names.names.length === 0 ? ['there is no connector'] : []
    for (const name of names.names) {
      const looked = await lookAt(given, name, { deadline, tools })
      if (!looked.ok) return unknown(looked.reason)
      if (looked.connector === null) wrong.push(`${name} is not there`)
      else {
        found.push(looked.connector)
        wrong.push(...faultsOf(looked.connector, given))
      }
    }
    return judged(given, found, wrong)
  },
})

const unknown = (summary: string): Outcome => ({ status: 'failed', verdict: 'unknown', summary, retryAfterMs: 1000 })

async function namesOf(
  given: Input,
  how: { readonly deadline: Deadline; readonly tools: StepTools },
): Promise<{ readonly ok: true; readonly names: readonly string[] } | { readonly ok: false; readonly reason: string }> {
  if (given.connectors !== undefined) return { ok: true, names: given.connectors }
  const said = await ask(given, { method: 'GET', path: '/connectors' }, how)
  if (!said.ok) return { ok: false, reason: said.reason }
  const names = z.array(z.string()).safeParse(said.json)
  return names.success
    ? { ok: true, names: names.data }
    : { ok: false, reason: `${given.url}: the list of connectors is no list of names` }
}

/** What is not as it must be. A connector that should run and has no task moves nothing, whatever it says. */
function faultsOf(connector: ConnectorState, { state, tasks: expected }: Input): readonly string[] {
  const { name, tasks } = connector
  const faults: string[] = []
  if (connector.state !== state) faults.push(`${name} is ${connector.state}${traced(connector.trace)}`)
  for (const task of tasks)
    if (task.state !== state) faults.push(`task ${task.id} of ${name} is ${task.state}${traced(task.trace)}`)
  const wanted = expected[name] ?? (state === 'STOPPED' ? 0 : undefined)
  if (wanted !== undefined && tasks.length !== wanted) faults.push(`${name} has ${tasks.length} of ${wanted} tasks`)
  else if (wanted === undefined && tasks.length === 0) faults.push(`${name} has no task`)
  return faults
}

const traced = (trace: string | null): string => (trace === null ? '' : `: ${trace}`)

function judged(given: Input, found: readonly ConnectorState[], wrong: readonly string[]): Outcome {
  const all = found.flatMap((connector) => [connector, ...connector.tasks])
  const workers = new Set(all.flatMap(({ worker }) => worker ?? [])).size
  const result = {
    connectors: found.length,
    tasks: found.reduce((sum, { tasks }) => sum + tasks.length, 0),
    failed: all.filter(({ state }) => state === 'FAILED').length,
    workers,
  }
  const few = given.workers !== undefined && workers < given.workers ? [`${workers} of ${given.workers} workers hold them`] : []
  const faults = [...wrong, ...few]
  const evidence = { url: given.url, connectors: found } as unknown as Json
  const verdict: Verdict = faults.length === 0 ? 'pass' : 'fail'
  const summary = faults.length === 0 ? found.map((one) => `${one.name} ${stateText(one)}`).join('; ') : faults.join('; ')
  return {
    status: verdict === 'pass' ? 'done' : 'failed',
    verdict,
    summary,
    output: result,
    evidence,
    ...(verdict === 'pass' ? {} : { retryAfterMs: 1000 }),
  }
}
