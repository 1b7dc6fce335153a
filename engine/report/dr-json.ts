import { formatDay } from '../language/calendar.ts'
import type { Result } from '../model/fact.ts'
import type { DrTest, Level } from '../model/schedule.ts'
import type { Due, DueState } from './due.ts'
import type { Leftovers } from './leftovers.ts'
import type { Evidence, Judged, NotCounted } from './evidence.ts'

/** A run that speaks for or against a test. */
export interface DrRunJson {
  readonly run: string
  readonly startedAt: string
  readonly result: Result | null
  /** `drill (LEVEL)`, or `real (LEVEL)`. */
  readonly mode: string
  readonly environment: string
  readonly source: 'record' | 'row'
  readonly counts: boolean
  /** Why it does not count. */
  readonly why: NotCounted | null
  /** What executes has been changed since. */
  readonly changed: boolean
  readonly rto: Judged | null
  readonly rpo: Judged | null
}

/** An entry of `dr status --json`. */
export interface DrTestJson {
  readonly id: string
  readonly name: string
  readonly state: DueState
  readonly frequency: string
  readonly automation: Level
  readonly runbook: string | null
  readonly environment: string | null
  readonly owner: string | null
  readonly timezone: string
  /** A date in the test's time zone. */
  readonly due: string
  /** Negative: so many days late. */
  readonly daysLeft: number
  /** The last free day until then; null where a blackout or the window leaves none. */
  readonly runBy: string | null
  readonly nextFree: string | null
  readonly retestBy: string | null
  readonly waived: { readonly until: string; readonly by: string; readonly why: string } | null
  readonly last: DrRunJson | null
  readonly lastPassed: DrRunJson | null
  /** Drills whose clean-up is still to do. */
  readonly leftovers: readonly { readonly run: string; readonly steps: readonly string[] }[]
}

/** One test for `dr status --json`. */
export function drTestJson(test: DrTest, due: Due, left: readonly Leftovers[]): DrTestJson {
  const day = (one: number | null): string | null => (one === null ? null : formatDay(one))
  return {
    id: test.id,
    name: test.name,
    state: due.state,
    frequency: test.frequencyText,
    automation: test.automation,
    runbook: test.runbook,
    environment: test.environment,
    owner: test.owner,
    timezone: test.timezone,
    due: formatDay(due.dueDay),
    daysLeft: due.daysLeft,
    runBy: day(due.runBy),
    nextFree: day(due.nextFree),
    retestBy: day(due.retestBy),
    waived: test.waived === null ? null : { ...test.waived, until: formatDay(test.waived.until) },
    last: due.last === null ? null : drRunJson(due.last),
    lastPassed: due.lastPassed === null ? null : drRunJson(due.lastPassed),
    leftovers: left.map(({ run, steps }) => ({ run, steps })),
  }
}

function drRunJson({ run, atMs, result, level, drill, environment, source, why, changed, rto, rpo }: Evidence): DrRunJson {
  return {
    run,
    startedAt: new Date(atMs).toISOString(),
    result,
    mode: drill ? `drill (${level})` : `real (${level})`,
    environment,
    source,
    counts: why === null,
    why,
    changed,
    rto,
    rpo,
  }
}
