import { relative } from 'node:path'
import { formatDay } from '../language/calendar.ts'
import { nearest } from '../language/nearest.ts'
import type { AbortWatch } from '../local/record.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { DrTest } from '../model/schedule.ts'
import { dueOf } from '../report/due.ts'
import { againstStart, type Against } from '../report/start-day.ts'
import type { Words } from '../words/words.ts'
import { cronPeriod } from '../workspace/cron.ts'
import type { AbortIf } from '../report/abort-if.ts'
import { abortWatchOf, judgeAbort } from './abort-watch.ts'
import { evidenceFor, pathOf, type Programme } from './dr-evidence.ts'
import { openSchedule } from './dr-schedule.ts'
import { EXIT } from './exit.ts'
import type { Given } from './flags.ts'
import { idsOf, type Chain } from './hand-over.ts'
import { operatorOf } from './operator.ts'
import { explain } from './output.ts'
import { openPlace, type Place } from './place.ts'
import { prepare } from './prepare.ts'
import { tellProblems, usageProblem } from './problems-out.ts'
import { runFile } from './run-file.ts'
import { runGit } from './run-git.ts'
import { watchTimeBox } from './time-box.ts'

/** `dr run TEST`: its runbook as a drill at its own level, then the runbooks that follow it; the first that does not pass ends it. */
export async function drRun(id: string, given: Given): Promise<number> {
  const place = await openPlace(given)
  const { schedule, programme } = await openSchedule(given, place)
  const { dr } = place.words
  const refuse = (...problems: readonly Problem[]): number => {
    tellProblems(problems, place)
    return EXIT.usage
  }
  const test = schedule.tests.find((one) => one.id === id || one.name === id)
  const ids = schedule.tests.map((one) => one.id)
  if (test === undefined)
    return refuse(usageProblem({ rule: 'dr-test', reason: dr.noTest(id), expected: ids, actual: id, nearest: nearest(id, ids) }))
  const names = test.runbook === null ? [] : [test.runbook, ...test.next]
  const paths = names.map((name) => pathOf(name, programme))
  const gone = names.filter((_, index) => paths[index] === null)
  if (names.length === 0 || gone.length > 0) {
    const reason = names.length === 0 ? dr.needsRunbook(test.id, schedule.file) : dr.runbookGone(gone.join(', '))
    return refuse(usageProblem({ rule: 'dr-runbook', reason, file: schedule.file, actual: test.id }))
  }
  const watch = abortWatchOf(test, programme)
  const abort = test.abortIf === null ? null : judgeAbort(test.abortIf, watch?.file ?? null)
  const asked =
    test.approvals.length === 0
      ? []
      : rolesAsked((await knownIn(relative(process.cwd(), paths[0] ?? ''), flagsOf(test, given))).plan)
  const against = await standsAgainst(test, { given, place, programme, path: paths[0] ?? '', abort, asked })
  const open = against.filter(({ what }) => given.override?.includes(what) !== true || (given.reason ?? '').trim() === '')
  if (open.length > 0) return refuse(...open.map((one) => usageProblem(problemOf(one, test, { programme, words: place.words }))))
  for (const line of notYet(test, given, place.words)) explain(`! ${line}`)
  const files = paths.flatMap((path) => (path === null ? [] : [relative(process.cwd(), path)]))
  const notes = [
    dr.noteTest(test.id),
    ...against.map((one) => `override ${one.what}: ${given.reason ?? ''}`),
    ...noteAbort(test, abort),
  ]
  // Who starts although it holds has said why: from there on a person watches it.
  const isOver = against.some(({ what }) => what === 'abort_if')
  return runAll(files, { test, given, notes, words: place.words, abort: isOver ? null : watch })
}

async function standsAgainst(
  test: DrTest,
  {
    given,
    place,
    programme,
    path,
    abort,
    asked,
  }: {
    readonly given: Given
    readonly place: Place
    readonly programme: Programme
    readonly path: string
    readonly abort: AbortIf | null
    readonly asked: readonly string[]
  },
): Promise<Against[]> {
  const last = evidenceFor(test, programme).at(-1)
  const log = await runGit('git', ['log', '-1', '--format=%an', '--', path], { cwd: place.root })
  const { name: operator } = operatorOf(given, 'attended', place.root)
  return againstStart(test, {
    nowMs: Date.now(),
    asked,
    operator,
    author: log.ok && log.stdout.trim() !== '' ? log.stdout.trim() : null,
    lastOperators: last?.operator.split(', ') ?? [],
    abort,
  })
}

function problemOf(
  one: Against,
  test: DrTest,
  { programme, words: { dr } }: { readonly programme: Programme; readonly words: Words },
): Parameters<typeof usageProblem>[0] {
  const rule = `dr-${one.what}`
  switch (one.what) {
    case 'blackout':
    case 'window': {
      const due = dueOf({ test, evidence: evidenceFor(test, programme), nowMs: Date.now(), cronPeriod })
      const free = due.nextFree === null ? '—' : formatDay(due.nextFree)
      return {
        rule,
        reason: one.what === 'blackout' ? dr.inBlackout(one.why, free) : dr.outsideWindow(test.timezone, free),
        actual: test.id,
      }
    }
    case 'participants':
      return { rule, reason: one.role === 'author' ? dr.isAuthor(one.name) : dr.isLastOperator(one.name), actual: one.name }
    case 'approvals':
      return { rule, reason: dr.notAsked(one.roles.join(', ')), expected: one.roles, actual: test.id }
    case 'abort_if':
      return {
        rule,
        reason: one.holdsWith === null ? dr.abortNotKnown(one.text, one.reason) : dr.abortHolds(one.text, one.holdsWith),
        actual: one.holdsWith ?? one.reason,
      }
  }
}

/** What the condition was judged by is part of the record. */
function noteAbort({ abortIf }: DrTest, judged: AbortIf | null): string[] {
  return judged === null
    ? []
    : [`abort_if ${abortIf}: ${judged.status === 'not-known' ? judged.reason : `${judged.status} (${judged.with})`}`]
}

/** What the schedule asks for and nobody here watches: said, never passed over. */
function notYet(test: DrTest, given: Given, { dr }: Words): string[] {
  const environment = given.environment ?? test.environment
  return [
    ...(test.abortIf === null || test.abortValues !== null ? [] : [dr.abortOnce(test.abortIf)]),
    ...(test.environment === null || environment === test.environment ? [] : [dr.elsewhere(environment ?? '', test.environment)]),
  ]
}

interface Whole {
  readonly test: DrTest
  readonly given: Given
  readonly notes: readonly string[]
  readonly words: Words
  readonly abort: AbortWatch | null
}

/** What was given, at the level and in the environment of the test where nothing else was said. */
function flagsOf(test: DrTest, given: Given): Given {
  const environment = given.environment ?? test.environment
  return { ...given, drill: given.drill ?? test.automation, ...(environment === null ? {} : { environment }) }
}

/** Roles whose approvals a plan asks for whatever happens, before it changes anything, each as often as people are asked. */
function rolesAsked(plan: Plan | null): readonly string[] {
  const steps = plan?.steps.filter(({ section }) => section === 'prereq' || section === 'procedure') ?? []
  // What follows a change comes too late, what follows a decision may be passed by.
  const end = steps.findIndex(({ effect, rows, type }) => effect !== 'reads' || type === 'manual' || rows.length > 0)
  return steps
    .slice(0, end < 0 ? steps.length : end)
    .filter(({ onlyIf, group }) => onlyIf === null && group === null)
    .flatMap(({ approve }) => approve?.roles ?? [])
    .flatMap(({ role, count }) => Array.from({ length: count }, () => role))
}

async function runAll(files: readonly string[], { test, given, notes, words, abort }: Whole): Promise<number> {
  const flags = flagsOf(test, given)
  const { from: _from, plan: _plan, ...further } = flags
  const unattended = given.unattended === true
  const startedMs = Date.now()
  const known = await Promise.all(files.map((file) => knownIn(file, flags)))
  const all = new Set(known.flatMap(({ names }) => names))
  const chain: Chain = { files: [], ids: new Set(known.flatMap(({ ids }) => ids)), params: all }
  for (const [index, file] of files.entries()) {
    const own = new Set(known[index]?.names)
    // What no runbook declares stays with the first one, which says so.
    const param = (given.param ?? []).filter((text) => {
      const name = text.slice(0, Math.max(0, text.indexOf('=')))
      return own.has(name) || (index === 0 && !all.has(name))
    })
    const code = await runFile(
      file,
      { ...(index === 0 ? flags : further), param },
      {
        unattended,
        writesRow: true,
        planOf: (plan) => plan,
        notes,
        chain,
        watches: test.durationMs === null ? [] : [watchTimeBox({ limitMs: test.durationMs, startedMs })],
        ...(abort === null ? {} : { abort }),
      },
    )
    if (code === EXIT.passed) continue
    const left = files.slice(index + 1)
    if (left.length > 0) explain(`! ${words.dr.thenLeft(left.join(', '))}`)
    return code
  }
  return EXIT.passed
}

/** What answers and `-p` may name because of a runbook, as an answers file is for all runbooks of a test; and its plan, where it has one. */
async function knownIn(
  file: string,
  given: Given,
): Promise<{ readonly ids: readonly string[]; readonly names: readonly string[]; readonly plan: Plan | null }> {
  const { answers: _answers, param = [], plan: _plan, from: _from, ...flags } = given
  const wanted = { unattended: false, trusted: given.trust === true || given.unattended === true, noRow: true }
  const { runbook } = await prepare(file, flags, wanted)
  const params = runbook?.params.map(({ name }) => name.value) ?? []
  const own = param.filter((text) => params.includes(text.slice(0, Math.max(0, text.indexOf('=')))))
  const plan = (await prepare(file, { ...flags, param: own }, wanted)).planned?.plan ?? null
  const captures = plan?.steps.flatMap((step) => step.captures.map(({ name }) => name)) ?? []
  return { ids: idsOf(plan), names: [...params, ...captures], plan }
}
