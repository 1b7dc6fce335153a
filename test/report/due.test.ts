import { describe, expect, test } from 'vitest'
import { formatDay, parseDay } from '../../engine/language/calendar.ts'
import { startOfDay } from '../../engine/language/zone.ts'
import type { Blackout, DrTest, Frequency } from '../../engine/model/schedule.ts'
import { dueOf } from '../../engine/report/due.ts'
import type { Evidence, NotCounted } from '../../engine/report/evidence.ts'
import { cronPeriod } from '../../engine/workspace/cron.ts'

const drTest = (given: Partial<DrTest>): DrTest => ({
  id: 'full-failover',
  name: 'Full failover',
  frequency: { type: 'calendar', period: 'quarterly' },
  frequencyText: 'quarterly',
  durationMs: null,
  scope: null,
  impact: null,
  automation: 'partial',
  runbook: 'failover.md',
  next: [],
  environment: 'staging',
  owner: null,
  targets: { rtoMs: null, rpoMs: null },
  timezone: 'UTC',
  window: null,
  blackout: [],
  approvals: [],
  abortIf: null,
  abortValues: null,
  exclude: [],
  retestDays: 30,
  maxAgeDays: null,
  waived: null,
  line: 1,
  ...given,
})

const run = (at: string, why: NotCounted | null = null, changed = false): Evidence => ({
  run: `r-${at.slice(2, 10).replaceAll('-', '')}-aaaa`,
  atMs: Date.parse(at.length === 10 ? `${at}T10:00:00Z` : at),
  result: why === 'not-passed' ? 'failed' : 'passed',
  level: 'partial',
  drill: true,
  environment: 'staging',
  operator: 'ann',
  source: 'record',
  why,
  changed,
  rto: null,
  rpo: null,
})

const day = (text: string): number => parseDay(text) ?? Number.NaN
const calendar = (period: Extract<Frequency, { type: 'calendar' }>['period']): Partial<DrTest> => ({
  frequency: { type: 'calendar', period },
})

function due(given: Partial<DrTest>, evidence: readonly Evidence[], now: string) {
  const { state, dueDay, daysLeft, runBy } = dueOf({
    test: drTest(given),
    evidence,
    nowMs: Date.parse(now.length === 10 ? `${now}T12:00:00Z` : now),
    cronPeriod,
  })
  return `${state} ${formatDay(dueDay)} ${daysLeft}d${runBy === dueDay ? '' : ` by ${runBy === null ? '-' : formatDay(runBy)}`}`
}

describe('a success in each calendar period', () => {
  test.each([
    ['never run: due at the end of this quarter', {}, [], '2026-11-29', 'never-run 2026-12-31 32d'],
    ['done in this quarter: the next one', {}, [run('2026-10-02')], '2026-11-29', 'planned 2027-03-31 122d'],
    ['done in the last quarter: this one', {}, [run('2026-08-02')], '2026-11-29', 'planned 2026-12-31 32d'],
    ['soon, within a fortnight', {}, [run('2026-08-02')], '2026-12-17', 'due-soon 2026-12-31 14d'],
    ['not soon, a day before', {}, [run('2026-08-02')], '2026-12-16', 'planned 2026-12-31 15d'],
    ['the last day', {}, [run('2026-08-02')], '2026-12-31', 'due 2026-12-31 0d'],
    ['the day after', {}, [run('2026-08-02')], '2027-01-01', 'overdue 2026-12-31 -1d by -'],
    ['two quarters missed: since the first', {}, [run('2026-02-02')], '2026-11-29', 'overdue 2026-06-30 -152d by -'],
    ['late, then done: the next one', {}, [run('2026-02-02'), run('2026-11-01')], '2026-11-29', 'planned 2027-03-31 122d'],
    ['year ends', calendar('annually'), [run('2026-12-31')], '2027-01-01', 'planned 2027-12-31 364d'],
    ['half years', calendar('semi_annually'), [run('2026-06-30')], '2026-07-01', 'planned 2026-12-31 183d'],
    ['leap years', calendar('monthly'), [run('2028-01-31')], '2028-02-01', 'planned 2028-02-29 28d'],
    ['weeks begin on Monday', calendar('weekly'), [run('2026-11-29')], '2026-11-30', 'planned 2026-12-06 6d'],
    ['two weeks', calendar('biweekly'), [run('2026-11-23')], '2026-12-06', 'planned 2026-12-20 14d'],
    ['days', calendar('daily'), [run('2026-11-28')], '2026-11-29', 'due 2026-11-29 0d'],
    ['a run that does not count', {}, [run('2026-11-01', 'level')], '2026-11-29', 'never-run 2026-12-31 32d'],
    [
      'a runbook changed since: owed again in this period',
      {},
      [run('2026-11-01', null, true)],
      '2026-11-29',
      'planned 2026-12-31 32d',
    ],
    [
      'a runbook changed since the last period: it was done then',
      {},
      [run('2026-08-01', null, true)],
      '2026-11-29',
      'planned 2026-12-31 32d',
    ],
    ['too old, whatever the period says', { maxAgeDays: 60 }, [run('2026-10-01')], '2026-12-01', 'overdue 2026-11-30 -1d by -'],
  ])('%s', (_, given, evidence, now, expected) => {
    expect(due(given, evidence, now)).toBe(expected)
  })
})

describe('other frequencies', () => {
  const every: Partial<DrTest> = { frequency: { type: 'every', days: 45 } }
  const cron: Partial<DrTest> = { frequency: { type: 'cron', pattern: '0 3 * * 1' }, timezone: 'Europe/Paris' }
  test.each([
    ['every 45 days, never: today', every, [], '2026-11-29', 'never-run 2026-11-29 0d'],
    ['every 45 days', every, [run('2026-11-01')], '2026-11-29', 'planned 2026-12-16 17d'],
    ['every 45 days, over', every, [run('2026-10-01')], '2026-11-29', 'overdue 2026-11-15 -14d by -'],
    ['between two firings', cron, [run('2026-11-23T02:30:00Z')], '2026-11-29', 'planned 2026-12-07 8d'],
    ['before the firing is the time before', cron, [run('2026-11-23T01:30:00Z')], '2026-11-29', 'due-soon 2026-11-30 1d'],
  ])('%s', (_, given, evidence, now, expected) => {
    expect(due(given, evidence, now)).toBe(expected)
  })
})

describe('the time zone decides', () => {
  test.each([
    ['Paris is a day ahead', 'Europe/Paris', '2026-12-31T23:30:00Z', 'overdue 2026-12-31 -1d by -'],
    ['UTC is not yet', 'UTC', '2026-12-31T23:30:00Z', 'due 2026-12-31 0d'],
    ['New York is hours behind', 'America/New_York', '2027-01-01T04:30:00Z', 'due 2026-12-31 0d'],
  ])('%s', (_, timezone, now, expected) => {
    expect(due({ timezone }, [run('2026-08-02')], now)).toBe(expected)
  })

  test.each([
    ['a run in the last hour of a quarter there', '2026-09-30T21:59:00Z', 'planned 2026-12-31 32d'],
    ['a run in the first hour of the next one', '2026-09-30T22:00:00Z', 'planned 2027-03-31 122d'],
  ])('%s', (_, at, expected) => {
    expect(due({ timezone: 'Europe/Paris' }, [run(at)], '2026-11-29')).toBe(expected)
  })

  test.each([
    ['spring, 23 hours', '2026-03-29', 'Europe/Paris', 23],
    ['autumn, 25 hours', '2026-10-25', 'Europe/Paris', 25],
    ['a midnight that does not exist', '2018-11-04', 'America/Sao_Paulo', 23],
    ['half an hour', '2026-04-05', 'Australia/Lord_Howe', 24.5],
    ['none', '2026-06-01', 'UTC', 24],
  ])('days of a change of clocks: %s', (_, text, timezone, hours) => {
    expect((startOfDay(day(text) + 1, timezone) - startOfDay(day(text), timezone)) / 3_600_000).toBe(hours)
  })

  test.each([
    ['2026-03-29T22:30:00Z', 'planned 2026-03-30 0d'],
    ['2026-03-29T21:30:00Z', 'planned 2026-03-30 1d'],
  ])('a daily test on the short day, seen at %s', (now, expected) => {
    const evidence = [run('2026-03-29T00:30:00Z')]
    const seen = due({ ...calendar('daily'), timezone: 'Europe/Paris' }, evidence, now)
    expect(seen).toBe(now === '2026-03-29T22:30:00Z' ? expected.replace('planned', 'due') : expected)
  })
})

describe('a blackout moves the proposal, not the obligation', () => {
  const holidays: Blackout = { type: 'range', from: day('2026-12-20'), to: day('2027-01-03'), why: 'holidays' }
  const closing: Blackout = { type: 'monthly', end: 'last', count: 3, business: true, why: 'closing' }
  test.each([
    ['run it before', { blackout: [holidays] }, '2026-11-29', 'planned 2026-12-31 32d by 2026-12-19'],
    ['soon is counted to the proposal', { blackout: [holidays] }, '2026-12-10', 'due-soon 2026-12-31 21d by 2026-12-19'],
    ['the last free day', { blackout: [holidays] }, '2026-12-19', 'due 2026-12-31 12d by 2026-12-19'],
    ['none is left', { blackout: [holidays] }, '2026-12-21', 'due 2026-12-31 10d by -'],
    ['still owed in it', { blackout: [holidays] }, '2027-01-02', 'overdue 2026-12-31 -2d by -'],
    ['last business days of the month', { blackout: [closing] }, '2026-11-29', 'planned 2026-12-31 32d by 2026-12-28'],
    [
      'only at the weekend',
      { window: { days: [6, 7], fromMinute: 0, toMinute: 1440 } },
      '2026-11-29',
      'planned 2026-12-31 32d by 2026-12-27',
    ],
  ])('%s', (_, given, now, expected) => {
    expect(due(given, [run('2026-08-02')], now)).toBe(expected)
  })
})

describe('failures and waivers', () => {
  const failed = run('2026-11-10', 'not-passed')
  const waived = { until: day('2027-01-31'), by: 'DR lead', why: 'moved' }
  test.each([
    ['a failure asks for a re-test', {}, [run('2026-10-02'), failed], '2026-11-29', 'failed 2026-12-10 11d by 2027-03-31'],
    ['in its own time', { retestDays: 10 }, [run('2026-10-02'), failed], '2026-11-29', 'overdue 2026-11-20 -9d by 2027-03-31'],
    ['never later than the period', { retestDays: 90 }, [run('2026-08-02'), failed], '2026-11-29', 'failed 2026-12-31 32d'],
    ['a success closes it', {}, [failed, run('2026-11-12')], '2026-11-29', 'planned 2027-03-31 122d'],
    ['failed and never passed', {}, [failed], '2026-11-29', 'failed 2026-12-10 11d by 2026-12-31'],
    ['what waits has not failed', {}, [{ ...failed, result: 'waiting' as const }], '2026-11-29', 'never-run 2026-12-31 32d'],
    ['waived', { waived }, [run('2026-02-02')], '2026-11-29', 'waived 2026-06-30 -152d by -'],
    ['a waiver that is over', { waived }, [run('2026-02-02')], '2027-02-01', 'overdue 2026-06-30 -216d by -'],
  ])('%s', (_, given, evidence, now, expected) => {
    expect(due(given, evidence, now)).toBe(expected)
  })
})
