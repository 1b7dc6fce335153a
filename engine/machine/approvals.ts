import type { State } from '../model/fact.ts'
import type { PlanEntry, Role } from '../model/plan.ts'
import type { LookUp } from './look-up.ts'
import { keyOf } from './keys.ts'

type Given = State['approvals'][number]

/** The approvals of an entry that hold in this round: of nobody who operates the run, each name once, in time, for values that are still so. */
export function approvalsOf(
  state: Pick<State, 'approvals' | 'operators' | 'entries' | 'round' | 'ms' | 'captured'>,
  step: string,
): readonly Given[] {
  let sinceMs = -1
  for (let round = 1; round < state.round; round++) {
    const entry = state.entries[keyOf(step, null, round)]
    if (entry?.status === 'done') sinceMs = Math.max(sinceMs, entry.endedMs)
  }
  const seen = new Set<string>()
  return state.approvals.filter((one) => {
    const holds =
      one.step === step &&
      one.ms > sinceMs &&
      !state.operators.includes(one.by) &&
      !seen.has(one.by) &&
      state.ms <= one.ms + (one.forMs ?? Infinity) &&
      isStillSo(state, one)
    if (holds) seen.add(one.by)
    return holds
  })
}

/** Is what was measured still what was signed? */
function isStillSo({ captured }: Pick<State, 'captured'>, { values = {} }: Given): boolean {
  return Object.entries(values).every(([name, text]) => {
    const now = captured[name]
    return now === undefined || ('text' in now && now.text === text)
  })
}

/** Who has approved an entry. */
export function approversOf(state: Parameters<typeof approvalsOf>[0], step: string): readonly string[] {
  return approvalsOf(state, step).map(({ by }) => by)
}

/** The roles that are still to approve, and how many of each; an approval that names no role counts for any. */
export function lackingRoles(state: State, step: string, roles: readonly Role[]): readonly Role[] {
  const given = approvalsOf(state, step)
  let anybody = given.filter(({ role }) => role === undefined).length
  return merged(roles).flatMap(({ role, count }) => {
    const lacks = count - given.filter((one) => one.role === role).length
    const filled = Math.min(Math.max(0, lacks), anybody)
    anybody -= filled
    return lacks - filled > 0 ? [{ role, count: lacks - filled }] : []
  })
}

/** As many of each role as are asked for. */
export function isApproved(state: State, step: string, roles: readonly Role[]): boolean {
  return lackingRoles(state, step, roles).length === 0
}

function merged(roles: readonly Role[]): readonly Role[] {
  const counts = new Map<string, number>()
  for (const { role, count } of roles) counts.set(role, (counts.get(role) ?? 0) + count)
  return [...counts].map(([role, count]) => ({ role, count }))
}

/** The roles that an entry asks for; of a decision, those of the row it has come to. */
export function rolesOf(entry: PlanEntry, row: number | null): readonly Role[] {
  if (entry.approve !== null) return entry.approve.roles
  const target = row === null ? undefined : entry.rows[row]?.target
  return target?.type === 'approve' ? target.roles : []
}

/** All roles that an entry may ever ask for. */
export function anyRolesOf(entry: PlanEntry): readonly Role[] {
  return entry.approve?.roles ?? entry.rows.flatMap(({ target }) => (target.type === 'approve' ? target.roles : []))
}

/** Does this entry ever ask for an approval? */
export function asksApproval(at: LookUp, step: string): boolean {
  const entry = at.byId.get(step)
  return entry !== undefined && (entry.approve !== null || entry.rows.some(({ target }) => target.type === 'approve'))
}
