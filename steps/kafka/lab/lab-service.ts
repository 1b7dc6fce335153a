import { LabError } from './lab-error.ts'
import { nodeStatus } from './lab-status.ts'
import { nodeNamed, nodeReady, startNode } from './start-node.ts'
import { runningProcess, stopProcess } from './supervise.ts'
import type { LabPlan } from './topology.ts'

export const SERVICE_ACTIONS = ['start', 'stop', 'restart', 'status'] as const

/**
 * What a service manager does for one node, with its conventions: starting what runs and stopping what does not are no
 * errors; `status` ends with 3 where it does not run. The exit code, and a line about it.
 */
export async function service(
  plan: LabPlan,
  { action, name }: { readonly action: string; readonly name: string },
): Promise<{ readonly exitCode: number; readonly line: string }> {
  const node = nodeNamed(plan, name)
  const took = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`
  const begun = performance.now()
  const stop = async (): Promise<boolean> => (await stopProcess(plan.home, { name, graceMs: 60_000 })) !== null
  switch (action) {
    case 'start': {
      if (runningProcess(plan.home, name) !== null) return { exitCode: 0, line: `${name} runs already` }
      await startNode(plan, node)
      await nodeReady(plan, node)
      return { exitCode: 0, line: `${name} started, ready after ${took(begun)}` }
    }
    case 'stop':
      return { exitCode: 0, line: (await stop()) ? `${name} stopped after ${took(begun)}` : `${name} did not run` }
    case 'restart':
      await stop()
      await startNode(plan, node)
      await nodeReady(plan, node)
      return { exitCode: 0, line: `${name} restarted, ready after ${took(begun)}` }
    case 'status': {
      const { state, pid } = nodeStatus(plan.home, name)
      return { exitCode: state === 'stopped' ? 3 : 0, line: `${name} ${state}${pid === null ? '' : ` (pid ${pid})`}` }
    }
    default:
      throw new LabError(`svc: ${action}? ${SERVICE_ACTIONS.join(', ')}`, 2)
  }
}
