/** How a drill treats what would need a person: `none` executes nothing, `full` needs nobody. In rising order of automation. */
export const LEVELS = ['none', 'manual_validation', 'partial', 'full'] as const
export type Level = (typeof LEVELS)[number]

/** A day of the calendar, without a zone: days since 1970-01-01. */
export type Day = number

/** Calendar periods: one success is owed in each. */
export const CALENDAR = ['daily', 'weekly', 'biweekly', 'monthly', 'quarterly', 'semi_annually', 'annually'] as const
export type Calendar = (typeof CALENDAR)[number]

export type Frequency =
  | { readonly type: 'calendar'; readonly period: Calendar }
  /** So many days after the last success. */
  | { readonly type: 'every'; readonly days: number }
  /** One success between two firings. */
  | { readonly type: 'cron'; readonly pattern: string }

/** Days on which no drill starts. */
export type Blackout =
  | { readonly type: 'range'; readonly from: Day; readonly to: Day; readonly why: string }
  | {
      readonly type: 'monthly'
      readonly end: 'first' | 'last'
      readonly count: number
      readonly business: boolean
      readonly why: string
    }

/** When a drill may start; `days` count from 1, Monday. */
export interface Window {
  readonly days: readonly number[]
  /** Minutes of the day; `toMinute` is excluded. */
  readonly fromMinute: number
  readonly toMinute: number
}

/** One test of the programme, as its file says it. */
export interface DrTest {
  readonly id: string
  readonly name: string
  readonly frequency: Frequency
  /** As written: `quarterly`, `every 45 days`. */
  readonly frequencyText: string
  readonly durationMs: number | null
  readonly scope: string | null
  readonly impact: 'none' | 'minimal' | 'controlled' | 'planned_outage' | null
  readonly automation: Level
  /** As written, relative to the schedule's folder, else to the root. */
  readonly runbook: string | null
  /** Runbooks that follow it and belong to the test: the way back. */
  readonly next: readonly string[]
  readonly environment: string | null
  readonly owner: string | null
  /** Instead of the runbook's own. */
  readonly targets: { readonly rtoMs: number | null; readonly rpoMs: number | null }
  /** Days and due dates are of this zone. */
  readonly timezone: string
  readonly window: Window | null
  readonly blackout: readonly Blackout[]
  readonly approvals: readonly { readonly role: string; readonly min: number }[]
  readonly abortIf: string | null
  /** File of `NAME=VALUE` lines that its names are looked up in, as long as the drill runs. */
  readonly abortValues: string | null
  /** Who may not be the operator. */
  readonly exclude: readonly ('author' | 'last_operator')[]
  /** After a failure. */
  readonly retestDays: number
  /** A success older than this is stale, whatever the period says. */
  readonly maxAgeDays: number | null
  readonly waived: { readonly until: Day; readonly by: string; readonly why: string } | null
  readonly line: number
}

/** The DR-test programme of a repository. */
export interface Schedule {
  readonly file: string
  readonly tests: readonly DrTest[]
}
