import { Failed } from '../failure.ts'
import { openConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { waitFor, within } from './limit.ts'
import type { Limit } from './limit.ts'
import { sayAddress } from './settings.ts'
import type { Address, ConnectionSettings } from './settings.ts'

/** Nobody waits longer than their own limit; an opening that nobody waits for any more ends after so long. */
const OPENING_MS = 30_000

/** Connections of a run to one cluster, one per broker, opened when first needed. */
export interface Pool {
  readonly settings: ConnectionSettings
  /** Throws `Failed`; nothing was sent then. */
  connect(address: Address, limit: Limit): Promise<Connection>
  close(): void
}

/** Opens nothing yet. */
export function openPool(settings: ConnectionSettings): Pool {
  const known = new Map<string, Promise<Connection>>()
  const all = new Set<Promise<Connection>>()
  const ending = new AbortController()

  const open = (address: Address): Promise<Connection> => {
    const at = sayAddress(address)
    const opening = within({ timeoutMs: OPENING_MS, signal: ending.signal }, async (limit) =>
      openConnection(address, settings, limit),
    ).catch((error: unknown) => {
      if (known.get(at) === opening) known.delete(at)
      all.delete(opening)
      throw nothingSent(error)
    })
    known.set(at, opening)
    all.add(opening)
    return opening
  }

  return {
    settings,
    async connect(address, limit) {
      const at = sayAddress(address)
      if (ending.signal.aborted) throw new Failed({ type: 'unreachable', at, reason: 'the run has ended', isSent: false })
      const before = known.get(at)
      const opening = before ?? open(address)
      try {
        const connection = await waitFor(opening, limit, () => limit.failed(at, false))
        if (connection.isUsable()) return connection
      } catch (error) {
        // Stuck: the next one does not wait behind it.
        if (limit.signal.aborted && known.get(at) === opening) known.delete(at)
        throw error
      }
      if (known.get(at) === opening) known.delete(at)
      return waitFor(known.get(at) ?? open(address), limit, () => limit.failed(at, false))
    },
    close() {
      ending.abort()
      for (const opening of all)
        opening.then(
          (connection) => connection.close(),
          () => {},
        )
      known.clear()
      all.clear()
    },
  }
}

/** What broke while connecting did so before the question. */
function nothingSent(error: unknown): unknown {
  if (!(error instanceof Failed) || !('isSent' in error.failure)) return error
  return new Failed({ ...error.failure, isSent: false }, { cause: error })
}
