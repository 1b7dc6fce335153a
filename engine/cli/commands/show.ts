import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readEnds, readPlainFile, textIn } from '../../journal/own-file.ts'
import { visible, visibleLine } from '../../language/control.ts'
import { nearest } from '../../language/nearest.ts'
import { outputName } from '../../local/output-name.ts'
import type { RunRecord } from '../../local/record.ts'
import type { Key } from '../../model/fact.ts'
import { showJson } from '../../report/json.ts'
import { timelineMarkdown } from '../../report/markdown.ts'
import { stepRecords } from '../../report/step-record.ts'
import { tableLines } from '../../terminal/table.ts'
import { factSentence } from '../../words/fact-sentence.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say, write } from '../output.ts'
import { inLanguageOf, newestRecord, openPlace, type Place, recordOf, tellAltered } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { lateRow } from '../resume-file.ts'
import { runRow } from '../run-row.ts'

/** `show [RUN]`: one run, without an id the newest; `--timeline` as Markdown for a post-mortem, `--step ID` the output of one step. */
export async function command({ args, given }: Call): Promise<number> {
  const here = await openPlace(given)
  const record = args[0] === undefined ? newestRecord(here) : recordOf(args[0], here)
  if (record === null) {
    say(here.words.cli.noRuns)
    return EXIT.passed
  }
  const place = inLanguageOf(here, given, record.plan.runbook.lang)
  if (args[0] !== undefined) tellAltered(record, place.words)
  await lateRow(record, place)
  const { plan, facts, runId, live } = record
  if (given.step !== undefined) return showStep(record, given.step, place)
  if (place.json) say(JSON.stringify(showJson({ runId, plan, facts, live })))
  else if (given.timeline === true) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    write(
      1,
      timelineMarkdown({ plan, facts, runId, lang: place.lang, zone, outputOf: (key, attempt) => linesOf(record, key, attempt) }),
    )
  } else showText(record, place)
  return EXIT.passed
}

function showText(record: RunRecord, place: Place): void {
  const { words } = place
  const { columns } = words.cli
  const steps = stepRecords(record.facts).map((step) => [
    `  ${step.key}`,
    words.settled[step.result],
    step.startedAt.slice(11, 19),
    String(step.attempts),
    words.problem.said(step.reason ?? ''),
  ])
  const json = showJson({ runId: record.runId, plan: record.plan, facts: record.facts, live: record.live })
  say(
    [
      visibleLine(record.plan.runbook.title),
      runRow(record, place).join('  '),
      '',
      ...tableLines([[`  ${columns.step}`, columns.result, columns.started, columns.attempts, ''], ...steps], 100),
      ...peopleLines(record, place),
      ...json.notes.map(({ at, by, text }) => `  ${at.slice(11, 19)} ${visibleLine(by)}: ${visible(text)}`),
      '',
      record.folder,
    ].join('\n'),
  )
}

/** Who approved, and how the name is known; hand-overs, take-overs, escalations. */
function peopleLines({ facts, plan }: RunRecord, { words }: Place): string[] {
  return facts.flatMap((fact) => {
    const said = fact.type === 'heard' && ['approve', 'hand-over', 'take-over'].includes(fact.message.say)
    if (!said && fact.type !== 'escalated') return []
    const who = fact.type === 'heard' ? `${fact.by.name}${words.colon} ` : ''
    return [`  ${fact.at.slice(11, 19)} ${visible(`${who}${factSentence(fact, plan, words) ?? ''}`)}`]
  })
}

/** Everything that a step printed, attempt by attempt, as it was stored: redacted. */
function showStep(record: RunRecord, step: string, place: Place): number {
  const keys = stepRecords(record.facts).map(({ key }) => key)
  const files = filesOf(record).filter(
    (name) => name.startsWith(`${step}.`) || name.startsWith(`${step}[`) || name.startsWith(`${step}@`),
  )
  if (files.length === 0 && !keys.includes(step) && !record.plan.steps.some(({ id, part }) => id === step || part === step)) {
    const reason = `Unexpected step "${step}", expected one of ${keys.join(', ')}`
    tellProblems(
      [usageProblem({ rule: 'unknown-step', reason, expected: keys, actual: step, nearest: nearest(step, keys) })],
      place,
    )
    return EXIT.usage
  }
  const own =
    files.length > 0
      ? files
      : record.plan.steps
          .filter(({ part }) => part === step)
          .flatMap(({ id }) => filesOf(record).filter((name) => name.startsWith(`${id}.`)))
  const pathOf = (file: string): string => join(record.folder, 'output', file)
  if (place.json) say(JSON.stringify(own.map((file) => ({ file, text: readPlainFile(pathOf(file), SHOWN).toString('utf8') }))))
  else for (const file of own) for (const text of textIn(pathOf(file))) write(1, visible(text))
  return EXIT.passed
}

function filesOf({ folder }: RunRecord): string[] {
  const path = join(folder, 'output')
  return existsSync(path) ? readdirSync(path).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })) : []
}

function linesOf({ folder }: RunRecord, key: Key, attempt: number): readonly string[] | null {
  for (const purpose of ['run', 'undo', 'cleanup', 'again'] as const) {
    const path = join(folder, 'output', outputName({ key, purpose, attempt }))
    if (existsSync(path)) return excerptLines(path)
  }
  return null
}

/** As long as one text may be in JSON. */
const SHOWN = 256 * 1024 * 1024

/** Of a longer output a timeline reads this much at each end. */
const ENDS = 1024 * 1024

function excerptLines(path: string): readonly string[] {
  const { head, tail, cut } = readEnds(path, ENDS)
  const lines = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString('utf8').replace(/\n$/, '').split('\n')
  return cut === 0 ? lines(head) : [...lines(head).slice(0, -1), `… ${cut} bytes …`, ...lines(tail).slice(1)]
}
