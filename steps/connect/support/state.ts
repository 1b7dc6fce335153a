import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { ask, connectorPath, type Deadline, type Said, type Worker } from './rest.ts'

/** How often a connector is looked at while something is awaited. */
const EVERY_MS = 300

const state = z.object({ state: z.string(), worker_id: z.string().optional(), trace: z.string().optional() })
const status = z.object({
  name: z.string(),
  connector: state,
  tasks: z.array(state.extend({ id: z.int() })),
})

export interface TaskState {
  readonly id: number
  readonly state: string
  readonly worker: string | null
  /** First line of its stack trace. */
  readonly trace: string | null
}

/** A connector as its worker reports it. RUNNING does not mean that records flow. */
export interface ConnectorState {
  readonly name: string
  readonly state: string
  readonly worker: string | null
  readonly trace: string | null
  readonly tasks: readonly TaskState[]
}

export type Looked = { readonly ok: true; readonly connector: ConnectorState | null } | (Said & { readonly ok: false })

/** Reads a connector's state; null where there is no such connector. */
export async function lookAt(
  worker: Worker,
  name: string,
  how: { readonly deadline: Deadline; readonly tools: StepTools },
): Promise<Looked> {
  const said = await ask(worker, { method: 'GET', path: connectorPath(name, '/status') }, how)
  if (!said.ok) return said.why === 'refused' && said.status === 404 ? { ok: true, connector: null } : said
  const read = status.safeParse(said.json)
  if (!read.success)
    return { ok: false, why: 'unreachable', isSent: true, reason: `the status of ${name} is not one that Connect gives` }
  const { connector, tasks } = read.data
  const shown = ({ state: word, worker_id, trace }: z.infer<typeof state>): Omit<TaskState, 'id'> => ({
    state: word,
    worker: worker_id ?? null,
    trace: trace?.split('\n')[0] ?? null,
  })
  return {
    ok: true,
    connector: { name: read.data.name, ...shown(connector), tasks: tasks.map((task) => ({ id: task.id, ...shown(task) })) },
  }
}

/** One line for people: `RUNNING, tasks 0 RUNNING, 1 FAILED`. */
export function stateText({ state: word, tasks }: ConnectorState): string {
  return `${word}, ${tasks.length === 0 ? 'no tasks' : `tasks ${tasks.map((task) => `${task.id} ${task.state}`).join(', ')}`}`
}

/** Looks again and again until it is so, or the deadline passes; the last look is given back. Progress shows value and limit. */
export async function awaitState(
  worker: Worker,
  name: string,
  {
    isThere,
    deadline,
    timeoutMs,
    tools,
  }: {
    readonly isThere: (connector: ConnectorState | null) => boolean
    readonly deadline: Deadline
    readonly timeoutMs: number
    readonly tools: StepTools
  },
): Promise<Looked & { readonly reached: boolean }> {
  for (;;) {
    const looked = await lookAt(worker, name, { deadline, tools })
    if (looked.ok && isThere(looked.connector)) return { ...looked, reached: true }
    const left = deadline.leftMs()
    if (left <= EVERY_MS || tools.signal.aborted) return { ...looked, reached: false }
    const now = looked.ok ? (looked.connector === null ? 'not there' : stateText(looked.connector)) : looked.reason
    tools.progress(`${name}: ${now} · ${Math.round((timeoutMs - left) / 1000)}s of ${Math.round(timeoutMs / 1000)}s`)
    await tools.clock.sleep(EVERY_MS)
  }
}
