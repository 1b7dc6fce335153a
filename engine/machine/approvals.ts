import type { State } from '../model/fact.ts'
import type { PlanEntry, Role } from '../model/plan.ts'
import type { LookUp } from './look-up.ts'
import { keyOf } from './keys.ts'

/** Who has approved an entry in this round: nobody who operates the run, each one once. */
export function approversOf(
  state: Pick<State, 'approvals' | 'operators' | 'entries' | 'round'>,
  step: string,
): readonly string[] {
  let sinceMs = -1
  for (let round = 1; round < state.round; round++) {
    const entry = state.entries[keyOf(step, null, round)]
    if (entry?.status === 'done') sinceMs = Math.max(sinceMs, entry.endedMs)
  }
  const given = state.approvals.filter((one) => one.step === step && one.ms > sinceMs && !state.operators.includes(one.by))
  return [...new Set(given.map(({ by }) => by))]
}

/** As many as are asked for, of all roles together. */
export function isApproved(state: State, step: string, roles: readonly Role[]): boolean {
  return approversOf(state, step).length >= roles.reduce((sum, { count }) => sum + count, 0)
}

/** The roles that an entry asks for; of a decision, those of the row it has come to. */
export function rolesOf(entry: PlanEntry, row: number | null): readonly Role[] {
  if (entry.approve !== null) return entry.approve.roles
  const target = row === null ? undefined : entry.rows[row]?.target
  return target?.type === 'approve' ? target.roles : []
}

/** Does this entry ever ask for an approval? */
export function asksApproval(at: LookUp, step: string): boolean {
  const entry = at.byId.get(step)
  return entry !== undefined && (entry.approve !== null || entry.rows.some(({ target }) => target.type === 'approve'))
}
