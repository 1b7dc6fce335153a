import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Schedule } from '../model/schedule.ts'
import { parseSchedule, readSchedule, SCHEDULE_FILE } from '../workspace/schedule.ts'
import { pathOf, type Programme } from './dr-evidence.ts'
import { declaredTests } from './dr-declared.ts'
import { EXIT, Exit } from './exit.ts'
import type { Given } from './flags.ts'
import { recordsOf, type Place } from './place.ts'
import { errorsOf } from './prepare.ts'
import { tellProblems, usageProblem } from './problems-out.ts'

/** The schedule and what is recorded here; with problems in the file, exit 2 after telling them. Warnings are told too. */
export async function openSchedule(
  given: Given,
  place: Place,
): Promise<{ readonly schedule: Schedule; readonly programme: Programme }> {
  const path = given.schedule === undefined ? join(place.root, SCHEDULE_FILE) : resolve(given.schedule)
  const file = given.schedule ?? (relative(process.cwd(), path) || SCHEDULE_FILE)
  if (!existsSync(path)) {
    tellProblems([usageProblem({ rule: 'schedule', reason: place.words.dr.noSchedule(file), file })], place)
    throw new Exit(EXIT.usage)
  }
  const asItStands = await readSchedule({ path, file })
  const { text } = asItStands
  const isServed = asItStands.schedule?.tests.every(({ runbook }) => runbook !== null) !== false
  const { schedule, problems } = isServed ? asItStands : parseSchedule(file, text, await declaredTests(place.root))
  const programme = { folder: dirname(path), root: place.root, records: recordsOf(place) }
  const gone = (schedule?.tests ?? []).flatMap((test) =>
    [...(test.runbook === null ? [] : [test.runbook]), ...test.next].flatMap((name) => {
      if (pathOf(name, programme) !== null) return []
      const at = { line: test.line, column: 1, endLine: test.line, endColumn: 2 }
      const reason = `Unexpected runbook ${name} of ${test.id}: nothing is there`
      return [
        { ...usageProblem({ rule: 'schedule-runbook', reason, file, actual: name }), place: at, severity: 'warning' as const },
      ]
    }),
  )
  const all = [...problems, ...gone]
  const isRefused = schedule === null || errorsOf(all).length > 0
  const isTold = isRefused || (!place.json && given.quiet !== true)
  if (isTold && all.length > 0) tellProblems(all, { json: place.json, words: place.words, sources: new Map([[file, text]]) })
  if (schedule === null || isRefused) throw new Exit(EXIT.usage)
  return { schedule, programme }
}
