import { wallOf } from '../language/zone.ts'
import type { DrTest } from '../model/schedule.ts'
import { blockedOn } from './due.ts'

/** What stands against starting a test now. */
export type Against =
  | { readonly what: 'blackout'; readonly why: string }
  | { readonly what: 'window' }
  | { readonly what: 'participants'; readonly role: 'author' | 'last_operator'; readonly name: string }

/** Everything that stands against a start: a blackout, the window, and who would operate it. */
export function againstStart(
  test: Pick<DrTest, 'blackout' | 'window' | 'timezone' | 'exclude'>,
  {
    nowMs,
    operator,
    author,
    lastOperators,
  }: {
    readonly nowMs: number
    readonly operator: string
    /** Who last changed the runbook; null where that is not known. */
    readonly author: string | null
    /** Of its last run. */
    readonly lastOperators: readonly string[]
  },
): Against[] {
  const { day, minute } = wallOf(nowMs, test.timezone)
  const { window } = test
  const blocked = blockedOn({ ...test, window: null }, day)
  const isOutside =
    window !== null &&
    (blockedOn({ ...test, blackout: [] }, day) !== null || minute < window.fromMinute || minute >= window.toMinute)
  const excluded = test.exclude.filter((role) => (role === 'author' ? author === operator : lastOperators.includes(operator)))
  return [
    ...(blocked === null || blocked === 'window' ? [] : [{ what: 'blackout' as const, why: blocked.why }]),
    ...(isOutside ? [{ what: 'window' as const }] : []),
    ...excluded.map((role) => ({ what: 'participants' as const, role, name: operator })),
  ]
}
