import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { until } from './poll.ts'
import { identityOf, isAlive, type Identity } from './process-identity.ts'

/** Does something that only one process of this machine may do at a time; a holder that died is no holder. */
export async function withLock<T>(
  folder: string,
  { what, timeoutMs, onWait }: { readonly what: string; readonly timeoutMs: number; readonly onWait: () => void },
  act: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(folder), { recursive: true })
  if (!take(folder)) {
    onWait()
    await until(() => (take(folder) ? true : null), {
      what: () => `${what} is held by another process (${folder})`,
      timeoutMs,
      everyMs: 200,
    })
  }
  try {
    return await act()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function take(folder: string): boolean {
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, 'holder.json'), JSON.stringify(identityOf(process.pid)))
    return true
  } catch {
    if (!isHeld(folder)) rmSync(folder, { recursive: true, force: true })
    return false
  }
}

/** A folder without a holder is one that is being taken, for a moment. */
function isHeld(folder: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(join(folder, 'holder.json'), 'utf8')) as Identity)
  } catch {
    try {
      return Date.now() - statSync(folder).mtimeMs < 5000
    } catch {
      return true
    }
  }
}
