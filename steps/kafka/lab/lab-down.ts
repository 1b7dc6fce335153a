import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { unmountAll } from './fault-disk.ts'
import { readPlan } from './lab-state.ts'
import { withLock } from './lock.ts'
import { releasePorts } from './ports.ts'
import { endLeftovers } from './supervise.ts'

/** Ends every process of a lab and removes its data; the logs stay. False where there was nothing. */
export async function labDown(home: string): Promise<boolean> {
  if (!existsSync(home)) return false
  return withLock(`${home}.lock`, { what: 'the lab', timeoutMs: 120_000, onWait: () => undefined }, async () => {
    const plan = readPlan(home)
    // SIGKILL to all: nobody waits for a quorum or a cluster that is gone, and the data goes too.
    const ended = await endLeftovers(home)
    await unmountAll(home)
    if (plan !== null) releasePorts(plan.basePort, home)
    const [logs, kept] = [join(home, 'log'), `${home}.log`]
    rmSync(kept, { recursive: true, force: true })
    if (existsSync(logs)) renameSync(logs, kept)
    rmSync(home, { recursive: true, force: true })
    return plan !== null || ended > 0
  })
}
