import { substitute } from '../language/substitute.ts'
import type { Value } from '../model/value.ts'
import { endThere } from '../process/end-there.ts'

/** The host that **On** names: its words with the values filled in. A secret, or a name without a value, names none. */
export function hostOf(on: string, values: Readonly<Record<string, Value>>): string {
  const filled = substitute(on.trim(), values)
  return filled.ok && typeof filled.json === 'string' ? filled.json.trim() : ''
}

/** Other hosts, and where something of the run may still be at work. */
export interface Hosts {
  /** Its connection was lost, or the engine died, while this task was under way there. */
  doubt(host: string, marker: string): void
  /** Proves that nothing in doubt runs there any more, ending it; null, or why that could not be proven. */
  prove(host: string): Promise<string | null>
}

/** Opens the book of doubts of a run. `warn` is told what lives on. */
export function openHosts(given: {
  readonly env: Readonly<Record<string, string>>
  readonly graceMs: number
  readonly warn: (text: string) => void
}): Hosts {
  const doubts = new Map<string, Set<string>>()
  const under = new Map<string, Promise<string | null>>()
  const prove = async (host: string): Promise<string | null> => {
    const markers = [...(doubts.get(host) ?? [])]
    if (markers.length === 0) return null
    const said = await endThere({ host, markers, ...given })
    if (said.type === 'unknown') return `it is not known whether something still runs there: ${said.why}`
    for (const one of said.alive) given.warn(`still running on ${host}, and cannot be ended: ${one}`)
    for (const marker of markers) doubts.get(host)?.delete(marker)
    return null
  }
  return {
    doubt(host, marker) {
      const known = doubts.get(host) ?? new Set()
      doubts.set(host, known.add(marker))
    },
    // One at a time: the next one may have nothing left to prove.
    prove(host) {
      const next = (under.get(host) ?? Promise.resolve(null)).then(() => prove(host))
      under.set(host, next)
      return next
    },
  }
}
