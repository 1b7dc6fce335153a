import { nearest } from '../language/nearest.ts'
import type { Located, Place, Problem, Severity } from '../model/problem.ts'

/** Codes of what can be wrong in the files beside a runbook: closed, so that tests and docs can name them. */
export type WorkspaceCode =
  | 'unreadable'
  | 'unknown-key'
  | 'project-value'
  | 'answers-value'
  | 'inventory-line'
  | 'inventory-duplicate'
  | 'unknown-environment'
  | 'hosts-value'
  | 'step-file'
  | 'step-name'
  | 'template'
  | 'schedule-value'
  | 'schedule-lacks'

interface Found {
  readonly rule: WorkspaceCode
  readonly place?: Place
  readonly severity?: Severity
  readonly reason: string
  readonly expected?: readonly string[]
  readonly actual?: string | null
  readonly cause?: Located<string> | null
}

/** The first character of a file, for what concerns all of it. */
export const TOP: Place = { line: 1, column: 1, endLine: 1, endColumn: 1 }

/** A problem of a file beside the runbook; the nearest of the expected words is found here. */
export function problemOf(
  file: string,
  { rule, place = TOP, severity = 'error', reason, expected = [], actual = null, cause = null }: Found,
): Problem {
  const near = actual === null || expected.length === 0 ? null : nearest(actual, expected)
  return { file, place, severity, rule, reason, expected, actual, nearest: near, cause }
}
