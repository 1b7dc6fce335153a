import { calendarPeriod, isAtMonthEnd, weekdayOf } from '../language/calendar.ts'
import { startOfDay, wallOf } from '../language/zone.ts'
import type { Blackout, Day, DrTest } from '../model/schedule.ts'
import type { Evidence } from './evidence.ts'

/** Where a test stands. The worst first. */
export const STATES = ['overdue', 'failed', 'never-run', 'due', 'due-soon', 'planned', 'waived'] as const
export type DueState = (typeof STATES)[number]

/** When a test is owed, and what speaks for it. */
export interface Due {
  readonly state: DueState
  /** The last day on which it is in time. */
  readonly dueDay: Day
  /** Until then; negative: since then. */
  readonly daysLeft: number
  /** The last day until then on which it may start: a blackout moves the proposal, never the obligation. Null where none is left. */
  readonly runBy: Day | null
  /** The first day from today on which it may start; null where there is none in sight. */
  readonly nextFree: Day | null
  /** What keeps it from starting on the days before it is due. */
  readonly blackouts: readonly string[]
  /** After a failure. */
  readonly retestBy: Day | null
  readonly last: Evidence | null
  readonly lastPassed: Evidence | null
}

/** From an instant up to, not including, another one. */
export interface Period {
  readonly startMs: number
  readonly endMs: number
}

export interface DueRequest {
  readonly test: DrTest
  /** Oldest first. */
  readonly evidence: readonly Evidence[]
  readonly nowMs: number
  /** Of a cron pattern; its library lives elsewhere. */
  readonly cronPeriod: (pattern: string, at: { readonly timezone: string; readonly ms: number }) => Period
}

/** How far ahead a free day is looked for. */
const SIGHT_DAYS = 400

/** Says where a test stands now: owed once in each calendar period, in the test's own time zone. */
export function dueOf(request: DueRequest): Due {
  const { test, evidence, nowMs } = request
  const today = wallOf(nowMs, test.timezone).day
  const dayOf = (ms: number): Day => wallOf(ms, test.timezone).day
  const passed = evidence.filter(({ why }) => why === null)
  const lastPassed = passed.at(-1) ?? null
  const failure = evidence.findLast((one) => isFailure(one) && one.atMs > (lastPassed?.atMs ?? -Infinity))
  const retestBy = failure === undefined ? null : dayOf(failure.atMs) + test.retestDays
  const { endMs, soonDays } = owed(request, lastPassed)
  const dueDay = Math.min(dayOf(endMs - 1), staleDay(test, lastPassed, dayOf) ?? Infinity)
  const { runBy, nextFree, blackouts } = freeDays(test, today, dueDay)
  const isLate = lastPassed !== null && today > dueDay
  const isRetestLate = retestBy !== null && today > retestBy
  const proposal = runBy ?? today
  const state: DueState =
    test.waived !== null && today <= test.waived.until
      ? 'waived'
      : isLate || isRetestLate
        ? 'overdue'
        : retestBy !== null
          ? 'failed'
          : lastPassed === null
            ? 'never-run'
            : proposal <= today && soonDays !== null
              ? 'due'
              : soonDays !== null && proposal - today <= soonDays
                ? 'due-soon'
                : 'planned'
  const due = isRetestLate && !isLate ? retestBy : state === 'failed' && retestBy !== null ? Math.min(retestBy, dueDay) : dueDay
  return {
    state,
    dueDay: due,
    daysLeft: due - today,
    runBy,
    nextFree,
    blackouts,
    retestBy,
    last: evidence.at(-1) ?? null,
    lastPassed,
  }
}

/** It was started, and did not reach its end well. What still goes on or waits has not failed. */
function isFailure({ result, why }: Evidence): boolean {
  return why === 'not-passed' && result !== null && result !== 'waiting'
}

/** Up to when the next success is owed, and how near that counts as soon; null: nothing is owed yet. */
function owed(request: DueRequest, lastPassed: Evidence | null): { readonly endMs: number; readonly soonDays: number | null } {
  const { test, nowMs, evidence } = request
  const { frequency, timezone } = test
  if (frequency.type === 'every') {
    const soonDays = soonOf(frequency.days)
    if (lastPassed === null) return { endMs: startOfDay(wallOf(nowMs, timezone).day + 1, timezone), soonDays }
    const endMs = startOfDay(wallOf(lastPassed.atMs, timezone).day + frequency.days + 1, timezone)
    return { endMs, soonDays }
  }
  const now = periodAt(request, nowMs)
  const soonDays = soonOf((now.endMs - now.startMs) / 86_400_000)
  const isDone = evidence.some(({ why, changed, atMs }) => why === null && !changed && atMs >= now.startMs && atMs < now.endMs)
  if (isDone) return { endMs: periodAt(request, now.endMs).endMs, soonDays: null }
  if (lastPassed === null || lastPassed.atMs >= now.startMs) return { endMs: now.endMs, soonDays }
  // The period after the one of the last success was owed first.
  const first = periodAt(request, periodAt(request, lastPassed.atMs).endMs)
  return { endMs: first.endMs, soonDays }
}

const soonOf = (days: number): number => Math.min(14, Math.floor(days / 4))

function periodAt({ test: { frequency, timezone }, cronPeriod }: DueRequest, ms: number): Period {
  if (frequency.type === 'cron') return cronPeriod(frequency.pattern, { timezone, ms })
  const period = frequency.type === 'calendar' ? frequency.period : 'daily'
  const { first, last } = calendarPeriod(period, wallOf(ms, timezone).day)
  return { startMs: startOfDay(first, timezone), endMs: startOfDay(last + 1, timezone) }
}

/** When the last success is too old, whatever the period says. */
function staleDay(test: DrTest, lastPassed: Evidence | null, dayOf: (ms: number) => Day): Day | null {
  return test.maxAgeDays === null || lastPassed === null ? null : dayOf(lastPassed.atMs) + test.maxAgeDays
}

/** Why a test may not start on a day; null where it may. */
export function blockedOn(test: Pick<DrTest, 'blackout' | 'window'>, day: Day): Blackout | 'window' | null {
  const blackout = test.blackout.find((one) => (one.type === 'range' ? one.from <= day && day <= one.to : isAtMonthEnd(day, one)))
  if (blackout !== undefined) return blackout
  return test.window !== null && !test.window.days.includes(weekdayOf(day)) ? 'window' : null
}

function freeDays(test: DrTest, today: Day, dueDay: Day): Pick<Due, 'runBy' | 'nextFree' | 'blackouts'> {
  const blackouts = new Set<string>()
  let runBy: Day | null = null
  for (let day = dueDay; day >= today && runBy === null; day--) {
    const blocked = blockedOn(test, day)
    if (blocked === null) runBy = day
    else if (blocked !== 'window') blackouts.add(blocked.why)
  }
  let nextFree: Day | null = null
  for (let day = today; day < today + SIGHT_DAYS && nextFree === null; day++) if (blockedOn(test, day) === null) nextFree = day
  return { runBy, nextFree, blackouts: [...blackouts] }
}
