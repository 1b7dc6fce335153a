import { listRuns } from '../journal/run-folder.ts'
import { tryRecord, type RunRecord } from '../local/record.ts'
import { runSummary } from '../report/run-summary.ts'
import { visibleLine } from '../language/control.ts'
import { nearest } from '../language/nearest.ts'
import type { Lang } from '../model/runbook.ts'
import { wordsOf, type Words } from '../words/words.ts'
import { type Project, readProject } from '../workspace/project-file.ts'
import { findRoot } from '../workspace/root.ts'
import { EXIT, Exit } from './exit.ts'
import type { Given } from './flags.ts'
import { languageOf } from './language.ts'
import { explain } from './output.ts'
import { runsFolder } from './runs-folder.ts'
import { tellProblems, usageProblem } from './problems-out.ts'

/** Where a command stands that speaks of runs: the root above the current folder, and its records. */
export interface Place {
  readonly root: string
  readonly project: Project
  readonly runs: string
  readonly lang: Lang
  readonly words: Words
  readonly json: boolean
}

/** Finds the records from the current folder, or from `--runs`. */
export async function openPlace(given: Given): Promise<Place> {
  const root = findRoot(process.cwd())
  const project = await readProject(root)
  const lang = languageOf({ flag: given.lang, file: null, project: project.lang })
  const runs = runsFolder(given, { root, runs: project.runs })
  return { root, project, runs, lang, words: wordsOf(lang), json: given.json === true }
}

/** The same place, speaking the language of a file; a flag goes before. */
export function inLanguageOf(place: Place, given: Given, file: Lang | null): Place {
  const lang = languageOf({ flag: given.lang, file, project: place.project.lang })
  return { ...place, lang, words: wordsOf(lang) }
}

/** All runs that can be read, oldest first. */
export function recordsOf({ runs, words }: Place): RunRecord[] {
  const startOf = ({ facts }: RunRecord): string => facts[0]?.at ?? ''
  return listRuns(runs)
    .flatMap((id) => {
      const record = tryRecord(runs, id)
      if (typeof record === 'string') explain(`! ${visibleLine(words.cli.unreadable(id, record))}`)
      if (record !== null && typeof record !== 'string') tellAltered(record, words)
      return record === null || typeof record === 'string' ? [] : [record]
    })
    .toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0))
}

/** Says from where on a run's journal is not what was written. */
export function tellAltered({ runId, firstBad }: RunRecord, words: Words): void {
  if (firstBad !== null) explain(`! ${words.cli.alteredFrom(runId, firstBad.record)}`)
}

/** The run that started last; null where none is recorded. */
export function newestRecord(place: Place): RunRecord | null {
  return recordsOf(place).at(-1) ?? null
}

/** The run of this id; without one, exit 2 with the nearest. */
export function recordOf(run: string, place: Place): RunRecord {
  const record = tryRecord(place.runs, run)
  if (record !== null && typeof record !== 'string') return record
  if (typeof record === 'string') {
    tellProblems([usageProblem({ rule: 'unreadable', reason: place.words.cli.unreadable(run, record) })], place)
    throw new Exit(EXIT.usage)
  }
  const known = listRuns(place.runs)
  const problem = {
    rule: 'unknown-run',
    reason: place.words.cli.noRun(run),
    expected: known.slice(-10),
    actual: run,
    nearest: nearest(run, known),
  }
  tellProblems([usageProblem(problem)], place)
  throw new Exit(EXIT.usage)
}

/** Can it go on without being named: it never ended, or it waits. */
export function isOpen(record: RunRecord): boolean {
  const { result } = runSummary(record.facts)
  return !record.live && (result === null || result === 'waiting')
}
