import { whyNotResumable, standingOf } from '../../local/resume-run.ts'
import type { RunRecord } from '../../local/record.ts'
import { isNothingLeft } from '../../machine/result.ts'
import { runSummary } from '../../report/run-summary.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { resumeFile } from '../resume-file.ts'
import { stepGiven } from '../step-given.ts'

/** `rollback RUN`: undoes what a stopped or failed run really did, last in first out. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const record = recordOf(args[0] ?? '', place)
  if (!hasSomethingLeft(record)) {
    const reason = place.words.people.nothingToUndo(record.runId)
    tellProblems([usageProblem({ rule: 'rollback', reason, actual: record.runId })], place)
    return EXIT.usage
  }
  const to = given.to === undefined ? null : stepGiven(record.plan, '--to', given.to)
  if (to !== null && typeof to !== 'string') {
    tellProblems([to], place)
    return EXIT.usage
  }
  return resumeFile(record, given, place, { course: 'rolling', to })
}

/** A run that passed is finished work; of one that ended otherwise, what is undone stays so. */
function hasSomethingLeft(record: RunRecord): boolean {
  const { result } = runSummary(record.facts)
  if (record.live || result === null || result === 'waiting' || whyNotResumable(record) !== null) return true
  return result !== 'passed' && !isNothingLeft(record.plan, standingOf(record))
}
