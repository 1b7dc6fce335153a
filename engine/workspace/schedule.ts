import { parseDuration } from '../language/duration.ts'
import { parseExpression } from '../language/expression.ts'
import { slug } from '../language/fold.ts'
import { isZone } from '../language/zone.ts'
import type { Problem } from '../model/problem.ts'
import { CALENDAR, LEVELS, type DrTest, type Frequency, type Schedule } from '../model/schedule.ts'
import { wrongCron } from './cron.ts'
import { problemOf } from './problem-of.ts'
import { blackoutOf, daysOf, dayAt, windowOf } from './schedule-days.ts'
import { readTextFile } from './text-file.ts'
import { fieldsOf, isMap, listAt } from './yaml-fields.ts'
import type { Fields, Path } from './yaml-fields.ts'
import { readYamlText } from './yaml-text.ts'

/** Where the programme is looked for below a root. */
export const SCHEDULE_FILE = 'dr-test-schedule.yaml'

const KEYS = [
  'name',
  'id',
  'frequency',
  'duration',
  'scope',
  'impact',
  'automation',
  'runbook',
  'then',
  'environment',
  'owner',
  'targets',
  'window',
  'blackout',
  'approvals',
  'abort_if',
  'abort_values',
  'participants',
  'retest_within',
  'max_age',
  'keep_evidence',
  'waived',
]
const IMPACTS = ['none', 'minimal', 'controlled', 'planned_outage'] as const
/** Thirty days after a failure, where the file says nothing else. */
const RETEST_DAYS = 30

/** What a schedule's file gives; `schedule` is null where it cannot be read at all. */
export interface ReadSchedule {
  readonly schedule: Schedule | null
  readonly text: string
  readonly problems: readonly Problem[]
}

/** Reads a programme of DR tests; `file` is named in problems as the person gave it. */
export async function readSchedule({ path, file }: { readonly path: string; readonly file: string }): Promise<ReadSchedule> {
  const found = await readTextFile(path)
  if (found.status === 'read') return parseSchedule(file, found.text)
  const reason =
    found.status === 'missing' ? 'Unexpected path, expected the schedule of DR tests: nothing is there' : found.reason
  return { schedule: null, text: '', problems: [problemOf(file, { rule: 'unreadable', reason })] }
}

/**
 * Reads the text of a programme of DR tests, strictly: an unknown key is a problem. What a test still lacks to be run is a warning.
 * `declared` are runbooks that say themselves which tests they are, by id: a test that names none is served by the one that does.
 */
export function parseSchedule(
  file: string,
  text: string,
  declared: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadSchedule {
  const yaml = readYamlText(file, text)
  const problems: Problem[] = [...yaml.problems]
  if (yaml.json === null) return { schedule: null, text, problems }
  const fields = fieldsOf(file, yaml, { rule: 'schedule-value', problems })
  const top = fields.map([], ['dr_tests', 'timezone'])
  const list = top?.['dr_tests']
  if (!Array.isArray(list) || list.length === 0) {
    fields.wrong(['dr_tests'], [], 'a list of tests')
    return { schedule: null, text, problems }
  }
  const timezone = zoneAt(fields, ['timezone']) ?? 'UTC'
  const tests = list.flatMap((_, index) => {
    const place = yaml.placeOf(['dr_tests', index])
    return testAt(fields, ['dr_tests', index], { timezone, line: place.line, declared }) ?? []
  })
  for (const [index, test] of tests.entries()) {
    const first = tests.findIndex(({ id }) => id === test.id)
    if (first < index) fields.wrong(['dr_tests', index, 'id'], [], `an id that no other test has (${test.id} is taken)`)
    const lacks = (['runbook', 'environment', 'owner'] as const).filter((key) => test[key] === null)
    if (lacks.length > 0)
      problems.push(
        problemOf(file, {
          rule: 'schedule-lacks',
          severity: 'warning',
          place: yaml.placeOf(['dr_tests', index, 'name']),
          reason: `Test ${test.id} has no ${lacks.join(', no ')}${test.runbook === null ? `: it cannot be run from here${several(declared.get(test.id))}` : ''}`,
          expected: lacks,
        }),
      )
  }
  return { schedule: { file, tests }, text, problems }
}

interface Around {
  readonly timezone: string
  readonly line: number
  readonly declared: ReadonlyMap<string, readonly string[]>
}

function testAt(fields: Fields, path: Path, { timezone, line, declared }: Around): DrTest | null {
  const at = (key: string): Path => [...path, key]
  if (fields.map(path, KEYS) === null) {
    fields.wrong(path, [], 'a test: name, frequency, automation …')
    return null
  }
  const name = fields.text(at('name'))
  if (name === null) fields.wrong(path, [], 'a name')
  const id = fields.text(at('id')) ?? slug(name ?? '')
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) fields.wrong(at('id'), [], 'an id in kebab-case')
  const frequency = frequencyAt(fields, at('frequency'))
  const automation = fields.word(at('automation'), LEVELS)
  if (automation === null && fields.map(path, null)?.['automation'] === undefined)
    fields.wrong(path, LEVELS, `automation: ${LEVELS.join(', ')}`)
  const ownWindow = windowOf(fields, at('window'))
  const zone = zoneAt(fields, [...at('window'), 'timezone']) ?? timezone
  const test: DrTest = {
    id,
    name: name ?? id,
    frequency: frequency ?? { type: 'calendar', period: 'annually' },
    frequencyText: fields.text(at('frequency')) ?? '',
    durationMs: durationAt(fields, at('duration')),
    scope: fields.text(at('scope')),
    impact: fields.word(at('impact'), IMPACTS),
    automation: automation ?? 'none',
    runbook: fields.text(at('runbook')) ?? theOnly(declared.get(id)),
    next: fields.texts(at('then')) ?? [],
    environment: fields.text(at('environment')),
    owner: fields.text(at('owner')),
    targets: targetsAt(fields, at('targets')),
    timezone: zone,
    window: ownWindow,
    blackout: blackoutOf(fields, at('blackout')),
    approvals: approvalsAt(fields, at('approvals')),
    abortIf: expressionAt(fields, at('abort_if')),
    abortValues: fields.text(at('abort_values')),
    exclude: excludeAt(fields, at('participants')),
    retestDays: daysOf(fields, at('retest_within')) ?? RETEST_DAYS,
    maxAgeDays: daysOf(fields, at('max_age')),
    waived: waivedAt(fields, at('waived')),
    line,
  }
  daysOf(fields, at('keep_evidence'))
  return frequency === null || name === null ? null : test
}

const several = (files: readonly string[] = []): string => (files.length > 1 ? ` (${files.join(', ')} say that they are it)` : '')

/** Two that say the same leave it to the schedule. */
const theOnly = (files: readonly string[] = []): string | null => (files.length === 1 ? (files[0] ?? null) : null)

function frequencyAt(fields: Fields, path: Path): Frequency | null {
  const expected = [...CALENDAR, 'every 45 days', '0 3 * * 1']
  const text = fields.text(path)
  if (text === null) {
    fields.wrong(path, expected)
    return null
  }
  const period = CALENDAR.find((word) => word === text)
  if (period !== undefined) return { type: 'calendar', period }
  const [, count, unit] = /^every (\d+) (day|week)s?$/.exec(text) ?? []
  if (count !== undefined && Number(count) > 0 && Number(count) < 4000)
    return { type: 'every', days: Number(count) * (unit === 'week' ? 7 : 1) }
  if (/^\S+(?: +\S+){4,6}$/.test(text)) {
    const why = wrongCron(text)
    if (why === null) return { type: 'cron', pattern: text }
    fields.wrong(path, [], `a cron pattern that fires: ${why}`)
    return null
  }
  fields.wrong(path, expected)
  return null
}

function zoneAt(fields: Fields, path: Path): string | null {
  const text = fields.text(path)
  if (text === null || isZone(text)) return text
  fields.wrong(path, [], 'a time zone such as Europe/Paris')
  return null
}

function durationAt(fields: Fields, path: Path): number | null {
  const text = fields.text(path)
  const ms = text === null ? null : parseDuration(text)
  if (text !== null && (ms === null || ms <= 0)) fields.wrong(path, ['15min', '2h', '4h'], 'a duration such as 2h')
  return ms
}

function expressionAt(fields: Fields, path: Path): string | null {
  const text = fields.text(path)
  const parsed = text === null ? null : parseExpression(text)
  if (parsed?.ok === false) fields.wrong(path, [...parsed.expected], 'an expression such as error_budget_left < 0.5')
  return text
}

function targetsAt(fields: Fields, path: Path): DrTest['targets'] {
  if (fields.map(path, ['rto', 'rpo']) === null) return { rtoMs: null, rpoMs: null }
  return { rtoMs: durationAt(fields, [...path, 'rto']), rpoMs: durationAt(fields, [...path, 'rpo']) }
}

function approvalsAt(fields: Fields, path: Path): DrTest['approvals'] {
  const list = listAt(fields, path)
  return list.flatMap((_, index) => {
    const one = fields.map([...path, index], ['role', 'min'])
    const role = one === null ? null : fields.text([...path, index, 'role'])
    const min = one?.['min'] ?? 1
    if (typeof min !== 'number' || !Number.isSafeInteger(min) || min < 1)
      fields.wrong([...path, index, 'min'], [], 'a whole number from 1')
    if (role === null) fields.wrong([...path, index], [], 'a role')
    return role === null || typeof min !== 'number' ? [] : [{ role, min }]
  })
}

function excludeAt(fields: Fields, path: Path): DrTest['exclude'] {
  if (fields.map(path, ['exclude']) === null) return []
  const list = [...path, 'exclude']
  return listAt(fields, list).flatMap((_, index) => fields.word([...list, index], ['author', 'last_operator'] as const) ?? [])
}

function waivedAt(fields: Fields, path: Path): DrTest['waived'] {
  const map = fields.map(path, ['until', 'by', 'why'])
  if (!isMap(map ?? undefined)) return null
  const until = dayAt(fields, [...path, 'until'])
  const [by, why] = [fields.text([...path, 'by']), fields.text([...path, 'why'])]
  if (until === null || by === null || why === null) {
    fields.wrong(path, ['until', 'by', 'why'], 'until (a date), by (who) and why')
    return null
  }
  return { until, by, why }
}
