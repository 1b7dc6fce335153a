import { nearest } from '../language/nearest.ts'
import type { PlanGroup, PlanParam } from '../model/plan.ts'
import type { Place, Problem } from '../model/problem.ts'
import type { Value } from '../model/value.ts'
import type { PlanRequest } from './request.ts'

/** What the parts of the planning share. */
export interface Making {
  readonly request: PlanRequest
  readonly problems: Problem[]
  readonly warnings: Problem[]
  params: readonly PlanParam[]
  /** Values that are known now; secrets by reference. */
  values: Readonly<Record<string, Value>>
  /** Every name that a run can give a value, with what makes it unknown now. */
  names: ReadonlyMap<string, 'known' | 'run' | 'item'>
  groups: readonly PlanGroup[]
  /** Names that the `setup` blocks take. */
  setupReads: readonly string[]
}

const start: Place = { line: 1, column: 1, endLine: 1, endColumn: 1 }

/** Notes a problem at a place of the runbook, or of another file. */
export function problem(
  { request, problems }: Making,
  given: {
    readonly rule: string
    readonly reason: string
    readonly place?: Place
    readonly file?: string
    readonly expected?: readonly string[]
    readonly actual?: string
    readonly words?: readonly string[]
  },
): void {
  problems.push(problemOf(request.file, given, 'error'))
}

/** Notes a warning. */
export function warning(
  { request, warnings }: Making,
  given: { readonly rule: string; readonly reason: string; readonly place: Place },
): void {
  warnings.push(problemOf(request.file, given, 'warning'))
}

function problemOf(runbook: string, given: Parameters<typeof problem>[1], severity: Problem['severity']): Problem {
  const { rule, reason, place = start, file = runbook, expected = [], actual = null, words = [] } = given
  return {
    file,
    place,
    severity,
    rule,
    reason,
    expected,
    actual,
    nearest: actual === null ? null : nearest(actual, words),
    cause: null,
  }
}
