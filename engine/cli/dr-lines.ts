import { formatDay } from '../language/calendar.ts'
import { wrap } from '../language/width.ts'
import { wallOf } from '../language/zone.ts'
import type { DrTest } from '../model/schedule.ts'
import { STATES, type Due } from '../report/due.ts'
import type { Evidence } from '../report/evidence.ts'
import type { Leftovers } from '../report/leftovers.ts'
import { tableLines } from '../terminal/table.ts'
import { limit, took } from '../words/took.ts'
import type { Words } from '../words/words.ts'

/** A test and where it stands. */
export interface Standing {
  readonly test: DrTest
  readonly due: Due
  readonly left: readonly Leftovers[]
}

/** The worst first, then by due date. */
export function worstFirst(standings: readonly Standing[]): Standing[] {
  return standings.toSorted(
    (a, b) =>
      STATES.indexOf(a.due.state) - STATES.indexOf(b.due.state) ||
      a.due.dueDay - b.due.dueDay ||
      (a.test.id < b.test.id ? -1 : 1),
  )
}

/** The screen of `dr status`: one line a test, what there is to know beside it, and what to do. */
export function statusLines(
  standings: readonly Standing[],
  { words, file, width }: { readonly words: Words; readonly file: string; readonly width: number },
): string[] {
  const { columns } = words.dr
  const rows = standings.map(({ test, due }) => [test.id, stateText(test, due, words), lastText(test, due, words)])
  const table = tableLines([[columns.test, columns.state, columns.last], ...rows], width, { keep: [1, 2] })
  const notes = standings.flatMap((one) => notesOf(one, words).map((note) => `${one.test.id}${words.colon} ${note}`))
  const more = notes.flatMap((note) => wrap(note, width - 2).map((line, index) => `${index === 0 ? '!' : ' '} ${line}`))
  return [...table, ...(more.length === 0 ? [] : ['', ...more]), '', lastLine(standings, { words, file })]
}

function stateText(test: DrTest, { state, dueDay, daysLeft, runBy }: Due, { dr: { states } }: Words): string {
  const day = formatDay(dueDay)
  switch (state) {
    case 'overdue':
      return states.overdue(day, -daysLeft)
    case 'failed':
      return states.failed(day, daysLeft)
    case 'never-run':
      return states.neverRun(day, daysLeft)
    case 'due':
      return states.due(day)
    case 'due-soon':
      return states.soon(formatDay(runBy ?? dueDay), daysLeft - (dueDay - (runBy ?? dueDay)))
    case 'planned':
      return states.planned(day, daysLeft)
    case 'waived':
      return states.waived(test.waived === null ? day : formatDay(test.waived.until), test.waived?.by ?? '')
  }
}

const dayText = (test: DrTest, { atMs }: Evidence): string => formatDay(wallOf(atMs, test.timezone).day)

function lastText(test: DrTest, { last }: Due, words: Words): string {
  if (last === null) return words.none
  return `${last.result === null ? words.dr.goesOn : words.results[last.result]} ${dayText(test, last)}`
}

function notesOf({ test, due, left }: Standing, words: Words): string[] {
  const { state, last, lastPassed, dueDay, runBy, blackouts } = due
  const { dr } = words
  const notes = left.map(({ run, steps }) => dr.cleanUp(run, steps.join(', ')))
  if (last !== null && last.why !== null && last.why !== 'not-passed')
    notes.push(dr.notCounted(last.run, whyText(test, last, words)))
  if (lastPassed?.changed === true) notes.push(dr.changed(lastPassed.run))
  const rto = lastPassed?.rto ?? null
  if (rto !== null && rto.targetMs !== null && rto.status !== 'met')
    notes.push(dr.rto(rto.ms === null ? words.none : took(rto.ms), limit(rto.targetMs), dr.verdicts[rto.status]))
  const isOwed = state !== 'waived' && state !== 'overdue'
  const why = blackouts.length > 0 ? blackouts.join(', ') : dr.window
  if (isOwed && runBy === null) notes.push(dr.noDayLeft(formatDay(dueDay), why))
  else if (isOwed && runBy !== null && runBy < dueDay) notes.push(dr.runBy(formatDay(runBy), formatDay(dueDay), why))
  return notes
}

function whyText(test: DrTest, { why, environment, level }: Evidence, { dr, none }: Words): string {
  switch (why) {
    case 'environment':
      return dr.why.environment(environment === '' ? none : environment, test.environment ?? none)
    case 'level':
      return dr.why.level(level, test.automation)
    case 'from-step':
    case 'edited':
    case 'skipped-proof':
    case 'checks-only':
    case 'no-record':
    case 'follow-up':
      return dr.why[why]
    case 'not-passed':
    case null:
      return ''
  }
}

/** States that ask for something. */
const OPEN = ['overdue', 'failed', 'never-run', 'due', 'due-soon'] as const

/** Counts, and what to do first: `2 overdue: reprise dr run full-failover -e staging`. */
function lastLine(standings: readonly Standing[], { words, file }: { readonly words: Words; readonly file: string }): string {
  const { dr } = words
  const counts = OPEN.flatMap((state) => {
    const n = standings.filter(({ due }) => due.state === state).length
    return n === 0 ? [] : [dr.counts[state](n)]
  })
  if (counts.length === 0) return dr.allWell(standings.length)
  const open = standings.filter(({ due: { state } }) => OPEN.some((one) => one === state))
  const runnable = open.find(({ test }) => test.runbook !== null)
  const first = (runnable ?? open[0])?.test
  if (first === undefined) return dr.allWell(standings.length)
  const what =
    runnable === undefined
      ? dr.needsRunbook(first.id, file)
      : `reprise dr run ${first.id}${first.environment === null ? '' : ` -e ${first.environment}`}`
  return dr.todo(counts.join(', '), what)
}
