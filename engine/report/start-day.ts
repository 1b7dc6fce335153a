import { wallOf } from '../language/zone.ts'
import type { DrTest } from '../model/schedule.ts'
import type { AbortIf } from './abort-if.ts'
import { blockedOn } from './due.ts'

/** What stands against starting a test now. */
export type Against =
  | { readonly what: 'blackout'; readonly why: string }
  | { readonly what: 'window' }
  | { readonly what: 'participants'; readonly role: 'author' | 'last_operator'; readonly name: string }
  /** The schedule wants them, and its runbooks ask for none of these roles, or for fewer people. */
  | { readonly what: 'approvals'; readonly roles: readonly string[] }
  /** It holds with these values, or nobody can say whether it holds. */
  | { readonly what: 'abort_if'; readonly text: string; readonly holdsWith: string | null; readonly reason: string }

/** Everything that stands against a start: approvals that nobody would be asked for, a blackout, the window, who would operate it, and a condition that forbids it. */
export function againstStart(
  test: Pick<DrTest, 'blackout' | 'window' | 'timezone' | 'exclude' | 'abortIf' | 'approvals'>,
  {
    nowMs,
    asked,
    operator,
    author,
    lastOperators,
    abort,
  }: {
    readonly nowMs: number
    /** Roles that the runbook asks for an approval before its first change, each as often as it asks. */
    readonly asked: readonly string[]
    readonly operator: string
    /** Who last changed the runbook; null where that is not known. */
    readonly author: string | null
    /** Of its last run. */
    readonly lastOperators: readonly string[]
    /** What its `abort_if` comes to now; null where it has none. */
    readonly abort: AbortIf | null
  },
): Against[] {
  const { day, minute } = wallOf(nowMs, test.timezone)
  const { window } = test
  const blocked = blockedOn({ ...test, window: null }, day)
  const isOutside =
    window !== null &&
    (blockedOn({ ...test, blackout: [] }, day) !== null || minute < window.fromMinute || minute >= window.toMinute)
  const excluded = test.exclude.filter((role) => (role === 'author' ? author === operator : lastOperators.includes(operator)))
  const lacking = test.approvals
    .filter(({ role, min }) => asked.filter((one) => one === role).length < min)
    .map(({ role, min }) => (min === 1 ? role : `${min} × ${role}`))
  return [
    ...(lacking.length === 0 ? [] : [{ what: 'approvals' as const, roles: lacking }]),
    ...(blocked === null || blocked === 'window' ? [] : [{ what: 'blackout' as const, why: blocked.why }]),
    ...(isOutside ? [{ what: 'window' as const }] : []),
    ...excluded.map((role) => ({ what: 'participants' as const, role, name: operator })),
    ...(abort === null || abort.status === 'does-not-hold'
      ? []
      : [
          {
            what: 'abort_if' as const,
            text: test.abortIf ?? '',
            holdsWith: abort.status === 'not-known' ? null : abort.with,
            reason: abort.status === 'not-known' ? abort.reason : '',
          },
        ]),
  ]
}
