import { callConnect, connectorsRunning, connectorState, putConnector } from './connect-rest.ts'
import { connectorConfigs } from './connectors.ts'
import { forgetFault, rememberFault } from './faults.ts'
import { LabError } from './lab-error.ts'
import { until } from './poll.ts'
import type { LabPlan } from './topology.ts'

/** Stops or pauses a connector, or lets its tasks fail. */
export async function breakConnector(
  plan: LabPlan,
  { name, how }: { readonly name: string; readonly how: string },
): Promise<void> {
  const config = configOf(plan, name)
  const wanted = { stop: 'STOPPED', pause: 'PAUSED', break: 'FAILED' }[how]
  if (wanted === undefined) throw new LabError(`connector: ${how}? stop, pause, break`, 2)
  rememberFault(plan.home, { kind: 'connector', what: name, how })
  if (how === 'break') {
    // No record is as small: the first one that is copied makes the task fail.
    await putConnector(plan, { name, config: { ...config, 'producer.override.max.request.size': '1' } })
    // A checkpoint connector without groups has no task that could fail.
    await callConnect(plan, { method: 'POST', path: `/connectors/${name}/restart?includeTasks=true` })
  } else await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/${how}` })
  await until(
    async () => {
      const seen = await connectorState(plan, name)
      if (seen === null) return null
      if (how === 'break') return seen.tasks.includes('FAILED') ? true : null
      // It says so a moment before its tasks have ended: what they still copy would be copied under a fault.
      const isStill = how === 'stop' ? seen.tasks.length === 0 : seen.tasks.every((state) => state === wanted)
      return seen.state === wanted && isStill ? true : null
    },
    { what: () => `${name} is not ${wanted}`, timeoutMs: 90_000, everyMs: 100 },
  )
}

/** Gives a connector its own configuration again and lets it run. */
export async function mendConnector(plan: LabPlan, name: string): Promise<void> {
  await putConnector(plan, { name, config: configOf(plan, name) })
  await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/resume` })
  await callConnect(plan, { method: 'POST', path: `/connectors/${name}/restart?includeTasks=true&onlyFailed=true` })
  await connectorsRunning(plan, [name])
  forgetFault(plan.home, { kind: 'connector', what: name })
}

function configOf(plan: LabPlan, name: string): Readonly<Record<string, string>> {
  const configs = connectorConfigs(plan)
  const config = configs[name]
  if (config === undefined) throw new LabError(`no connector "${name}": ${Object.keys(configs).join(', ')}`, 2)
  return config
}
