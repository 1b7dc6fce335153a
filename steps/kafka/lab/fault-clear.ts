import { rmSync } from 'node:fs'
import { mendConnector } from './fault-connector.ts'
import { mendCopy } from './fault-copy.ts'
import { emptyDisk } from './fault-disk.ts'
import { mendDns } from './fault-dns.ts'
import { bringBack, setPaused } from './fault-nodes.ts'
import { FAULT_KINDS, faultsOf, forgetFault, type Fault } from './faults.ts'
import type { Tell } from './lab-up.ts'
import { OPEN, setLinks } from './links.ts'
import { clockFile } from './shims.ts'
import { runningProcess } from './supervise.ts'
import type { LabPlan } from './topology.ts'

/** Undoes every fault, what others need first, and waits until what was broken works again. */
export async function clearFaults(plan: LabPlan, tell: Tell): Promise<void> {
  for (const kind of FAULT_KINDS) {
    // Read again for each kind: giving a disk back leaves its node down.
    const faults = faultsOf(plan.home).filter((fault) => fault.kind === kind)
    if (faults.length === 0) continue
    tell(`undoing ${kind} ${faults.map(({ what }) => what).join(', ')}`)
    await undo(plan, { kind, names: faults.map(({ what }) => what) })
  }
}

async function undo(
  plan: LabPlan,
  { kind, names }: { readonly kind: Fault['kind']; readonly names: readonly string[] },
): Promise<void> {
  switch (kind) {
    case 'clock':
      rmSync(clockFile(plan.home), { force: true })
      return forgetAll(plan, kind, names)
    case 'link':
      await setLinks(plan, { names, rule: OPEN })
      return forgetAll(plan, kind, names)
    case 'paused':
      setPaused(plan, { names: names.filter((name) => runningProcess(plan.home, name) !== null), paused: false })
      return forgetAll(plan, kind, names)
    case 'disk':
      for (const name of names) await emptyDisk(plan, name)
      return
    case 'down':
      return bringBack(plan, names)
    case 'dns':
      return mendDns(plan)
    case 'connector':
      for (const name of names) await mendConnector(plan, name)
      return
    case 'copy':
      for (const name of names) await mendCopy(plan, name)
      return
  }
}

function forgetAll(plan: LabPlan, kind: Fault['kind'], names: readonly string[]): void {
  for (const what of names) forgetFault(plan.home, { kind, what })
}
