import { forgetFault, rememberFault } from './faults.ts'
import { LabError } from './lab-error.ts'
import { startNameServer } from './name-server.ts'
import { signalProcess } from './process-identity.ts'
import { runningProcess, stopProcess } from './supervise.ts'
import type { LabPlan } from './topology.ts'

/** `stop`: nobody listens. `silent`: questions are taken and never answered. */
export async function breakDns(plan: LabPlan, how: string): Promise<void> {
  const identity = runningProcess(plan.home, 'dns')
  if (identity === null) throw new LabError('no name server runs: reprise lab up --services')
  if (how !== 'stop' && how !== 'silent') throw new LabError('fault dns stop|silent', 2)
  rememberFault(plan.home, { kind: 'dns', what: 'dns', how })
  if (how === 'stop') await stopProcess(plan.home, { name: 'dns' })
  else signalProcess(identity, 'SIGSTOP')
}

/** The name server answers again, from the zone as it was. */
export async function mendDns(plan: LabPlan): Promise<void> {
  const identity = runningProcess(plan.home, 'dns')
  if (identity === null) await startNameServer(plan)
  else signalProcess(identity, 'SIGCONT')
  forgetFault(plan.home, { kind: 'dns', what: 'dns' })
}
