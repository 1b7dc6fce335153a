import { LabError } from './lab-error.ts'
import { until } from './poll.ts'
import { fetchText } from './readiness.ts'
import { nodesOf, type LabPlan } from './topology.ts'

/** Where the worker of Connect answers. */
export function connectUrl(plan: LabPlan): string {
  const connect = nodesOf(plan).find(({ kind }) => kind === 'connect')
  if (connect === undefined) throw new LabError(`the topology ${plan.topology} has no Connect`, 2)
  return `http://127.0.0.1:${connect.ports.clients}`
}

/** Creates a connector, or gives it this configuration again. */
export async function putConnector(
  plan: LabPlan,
  { name, config }: { readonly name: string; readonly config: Readonly<Record<string, string>> },
): Promise<void> {
  await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/config`, body: config })
}

/** One call of Connect's REST interface. A 409 says that the workers are rebalancing: it is tried again. */
export async function callConnect(
  plan: LabPlan,
  {
    method,
    path,
    body,
  }: { readonly method: 'PUT' | 'PATCH' | 'POST' | 'DELETE'; readonly path: string; readonly body?: unknown },
): Promise<void> {
  const url = `${connectUrl(plan)}${path}`
  let said = 'no answer'
  await until(
    async () => {
      const response = await fetch(url, {
        method,
        signal: AbortSignal.timeout(20_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }).catch((error: unknown) => (said = String(error)))
      if (typeof response === 'string') return null
      said = `${response.status} ${(await response.text()).slice(0, 500)}`
      if (response.ok) return true
      if (response.status !== 409) throw new LabError(`Connect refused ${method} ${path}: ${said}`)
      return null
    },
    { what: () => `Connect did not take ${method} ${path}: ${said}`, timeoutMs: 60_000, everyMs: 200 },
  )
}

/** Names of the worker's connectors. */
export async function listConnectors(plan: LabPlan): Promise<readonly string[]> {
  const text = await fetchText(`${connectUrl(plan)}/connectors`)
  if (text === null) throw new LabError('Connect does not list its connectors')
  return JSON.parse(text) as string[]
}

/** A connector as the worker tells it; null where it does not answer, or does not know it. */
export async function connectorState(
  plan: LabPlan,
  name: string,
): Promise<{ readonly state: string; readonly tasks: readonly string[] } | null> {
  const text = await fetchText(`${connectUrl(plan)}/connectors/${name}/status`)
  if (text === null) return null
  const said = JSON.parse(text) as { connector: { state: string }; tasks: { state: string }[] }
  return { state: said.connector.state, tasks: said.tasks.map(({ state }) => state) }
}

/** Waits until each of these connectors runs, with a task where it needs one. */
export async function connectorsRunning(plan: LabPlan, names: readonly string[]): Promise<void> {
  const runs = async (name: string): Promise<boolean> => {
    const seen = await connectorState(plan, name)
    // A checkpoint connector has no task before there is a group.
    const hasTasks = name === 'mm2-checkpoint' || (seen?.tasks.length ?? 0) > 0
    return seen?.state === 'RUNNING' && hasTasks && seen.tasks.every((state) => state === 'RUNNING')
  }
  await until(async () => ((await Promise.all(names.map(runs))).every(Boolean) ? true : null), {
    what: () => 'not all connectors run: see the log of connect',
    timeoutMs: 90_000,
    everyMs: 100,
  })
}
