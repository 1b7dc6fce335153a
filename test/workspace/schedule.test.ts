import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatDay } from '../../engine/language/calendar.ts'
import { parseSchedule, readSchedule } from '../../engine/workspace/schedule.ts'
import { folderWith } from './folder.ts'

const seed = readFileSync(new URL('./dr-test-schedule.yaml', import.meta.url), 'utf8')

test("the chapter's own schedule loads as it stands, and only warns of what its tests lack", async () => {
  const root = folderWith({ 'dr-test-schedule.yaml': seed })
  const { schedule, problems } = await readSchedule({ path: `${root}/dr-test-schedule.yaml`, file: 'dr-test-schedule.yaml' })
  expect(
    schedule?.tests.map(({ id, frequency, durationMs, impact, automation }) => [id, frequency, durationMs, impact, automation]),
  ).toEqual([
    ['test-de-communication', { type: 'calendar', period: 'weekly' }, 900_000, 'none', 'full'],
    ['test-de-basculement-partiel', { type: 'calendar', period: 'monthly' }, 7_200_000, 'minimal', 'partial'],
    ['test-de-basculement-complet', { type: 'calendar', period: 'quarterly' }, 14_400_000, 'planned_outage', 'manual_validation'],
    ['test-de-chaos', { type: 'calendar', period: 'semi_annually' }, 28_800_000, 'controlled', 'none'],
  ])
  expect(problems.map(({ severity, rule, place }) => [severity, rule, place.line])).toEqual(
    [4, 11, 18, 25].map((line) => ['warning', 'schedule-lacks', line]),
  )
})

const full = `timezone: Europe/Paris
dr_tests:
  - name: "Test de basculement complet"
    id: full-failover
    frequency: quarterly
    duration: 4h
    automation: manual_validation
    runbook: runbooks/failover.md
    then: [runbooks/failback.md]
    environment: production
    owner: equipe
    targets: {rto: 15m, rpo: 60s}
    window: {days: [sat, sun], hours: "06:00-12:00", timezone: America/New_York}
    blackout: [{from: 2026-11-20, to: 2026-12-05, why: "Black Friday"}, {monthly: last-3-business-days}]
    approvals: [{role: dr-lead, min: 1}, {role: metier}]
    abort_if: "error_budget_left < 0.5"
    abort_values: budget.env
    participants: {exclude: [author, last_operator]}
    retest_within: 2w
    max_age: 120d
    keep_evidence: 3y
    waived: {until: 2027-01-31, by: DR lead, why: moved}
`

test('every key of a test is read', () => {
  const { schedule, problems } = parseSchedule('s.yaml', full)
  expect(problems).toEqual([])
  expect(schedule?.tests[0]).toMatchObject({
    id: 'full-failover',
    next: ['runbooks/failback.md'],
    targets: { rtoMs: 900_000, rpoMs: 60_000 },
    timezone: 'America/New_York',
    window: { days: [6, 7], fromMinute: 360, toMinute: 720 },
    approvals: [
      { role: 'dr-lead', min: 1 },
      { role: 'metier', min: 1 },
    ],
    abortIf: 'error_budget_left < 0.5',
    abortValues: 'budget.env',
    exclude: ['author', 'last_operator'],
    retestDays: 14,
    maxAgeDays: 120,
    waived: { by: 'DR lead', why: 'moved' },
  })
  const [range, monthly] = schedule?.tests[0]?.blackout ?? []
  expect(range?.type === 'range' && [formatDay(range.from), formatDay(range.to), range.why]).toEqual([
    '2026-11-20',
    '2026-12-05',
    'Black Friday',
  ])
  expect(monthly).toEqual({ type: 'monthly', end: 'last', count: 3, business: true, why: 'last-3-business-days' })
})

const known = 'runbook: r.md, environment: s, owner: o'
const one = (more: string): string => `dr_tests:\n  - {name: A, frequency: weekly, automation: full, ${known}, ${more}}\n`

test.each([
  ['frequencies', { type: 'calendar', period: 'biweekly' }, 'biweekly'],
  ['days', { type: 'every', days: 45 }, 'every 45 days'],
  ['weeks', { type: 'every', days: 42 }, 'every 6 weeks'],
  ['cron', { type: 'cron', pattern: '0 3 * * 1' }, '0 3 * * 1'],
])('a frequency in %s', (_, expected, text) => {
  const { schedule, problems } = parseSchedule('s.yaml', one('id: a').replace('weekly', text))
  expect(problems).toEqual([])
  expect(schedule?.tests[0]?.frequency).toEqual(expected)
})

test.each([
  ['an unknown key', one('enviroment: x'), 'unknown-key', 'enviroment: x', 'environment'],
  ['an unknown frequency', one('id: a').replace('weekly', 'quaterly'), 'schedule-value', 'quaterly', 'quarterly'],
  ['a cron pattern that never fires', one('id: a').replace('weekly', '0 3 31 2 *'), 'schedule-value', '0 3 31', null],
  ['an unknown level', one('id: a').replace('full', 'fulll'), 'schedule-value', 'fulll', 'full'],
  ['a duration without a unit', one('duration: "90"'), 'schedule-value', '"90"', null],
  ['a time zone that is none', one('window: {timezone: Mars}'), 'schedule-value', 'Mars', null],
  ['hours backwards', one('window: {hours: "12:00-06:00"}'), 'schedule-value', '"12:00', null],
  ['a blackout backwards', one('blackout: [{from: 2026-02-02, to: 2026-01-01}]'), 'schedule-value', '{from', null],
  ['a date that does not exist', one('blackout: [{from: 2026-02-30, to: 2026-03-01}]'), 'schedule-value', '2026-02-30', null],
  ['a waiver by nobody', one('waived: {until: 2026-02-02, why: x}'), 'schedule-value', '{until', null],
  ['no tests', 'dr_tests: []\n', 'schedule-value', '[]', null],
  ['an unknown key at the top', `dr_test: []\n${one('id: a')}`, 'unknown-key', 'dr_test: []', 'dr_tests'],
])('%s is an error at its place', (_, text, rule, marker, near) => {
  const before = text.slice(0, text.indexOf(marker)).split('\n')
  const { problems } = parseSchedule('s.yaml', text)
  expect(problems.map((one) => [one.severity, one.rule, one.place.line, one.place.column])).toEqual([
    ['error', rule, before.length, (before.at(-1) ?? '').length + 1],
  ])
  expect(problems[0]?.nearest).toBe(near)
})

test('two tests of one id are a problem', () => {
  const text = `${one('id: a')}${one('id: a').replace('dr_tests:\n', '')}`
  expect(parseSchedule('s.yaml', text).problems.map(({ rule }) => rule)).toEqual(['schedule-value'])
})
