import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { ask, connectorPath, type Deadline, type Worker } from './rest.ts'
import { lookAt } from './state.ts'

const EVERY_MS = 300

const tasks = z.array(z.object({ config: z.record(z.string(), z.string()) }))

/** Which topics of a MirrorMaker 2 connector are awaited, in its tasks or out of them. */
export interface AwaitedTopics {
  readonly connector: string
  readonly topics: readonly string[]
  readonly to: 'out' | 'in'
}

/** Waits until no task of a connector has a partition of these topics, or each topic is with a task that runs; says what is missing, and the connector's state. */
export async function awaitFlow(
  worker: Worker,
  { connector, topics, to }: AwaitedTopics,
  { deadline, tools }: { readonly deadline: Deadline; readonly tools: StepTools },
): Promise<{ readonly reached: boolean; readonly reason: string; readonly state: string }> {
  const how = { deadline, tools }
  for (;;) {
    const [said, looked] = await Promise.all([
      ask(worker, { method: 'GET', path: connectorPath(connector, '/tasks') }, how),
      lookAt(worker, connector, how),
    ])
    const read = tasks.safeParse(said.ok ? said.json : null)
    const { reached, reason } = !looked.ok
      ? { reached: false, reason: looked.reason }
      : looked.connector === null || !read.success
        ? { reached: false, reason: said.ok ? 'its tasks are not told' : said.reason }
        : judge({ topics, to }, { given: read.data.map(({ config }) => config), ...looked.connector })
    const state = looked.ok ? (looked.connector?.state ?? '') : ''
    if (reached || deadline.leftMs() <= EVERY_MS || tools.signal.aborted) return { reached, reason, state }
    tools.progress(`${connector}: ${reason}`)
    await tools.clock.sleep(EVERY_MS)
  }
}

function judge(
  { topics, to }: Pick<AwaitedTopics, 'topics' | 'to'>,
  now: {
    readonly given: readonly Readonly<Record<string, string>>[]
    readonly state: string
    readonly tasks: readonly { readonly state: string }[]
  },
): { readonly reached: boolean; readonly reason: string } {
  const assigned = new Set(
    now.given.flatMap((config) =>
      (config['task.assigned.partitions'] ?? '').split(',').map((word) => word.trim().replace(/-\d+$/, '')),
    ),
  )
  const there = topics.filter((topic) => assigned.has(topic))
  if (to === 'out')
    return {
      reached: there.length === 0,
      reason: `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} still with its tasks`,
    }
  // One that is stopped has no tasks; it will have them when it goes on.
  if (now.state === 'STOPPED') return { reached: true, reason: '' }
  const missing = topics.filter((topic) => !assigned.has(topic))
  if (missing.length > 0) return { reached: false, reason: `no task has ${missing.join(', ')}` }
  const isSo = now.tasks.length > 0 && now.tasks.every(({ state }) => state === now.state)
  return { reached: isSo, reason: `${now.state}, tasks ${now.tasks.map(({ state }) => state).join(', ') || 'none'}` }
}
