import { foldOf } from '../../local/resume-run.ts'
import type { RunRecord } from '../../local/record.ts'
import type { State } from '../../model/fact.ts'
import type { Problem } from '../../model/problem.ts'
import { stepRecords } from '../../report/step-record.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { openPlace, type Place, recordOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { stepGiven } from '../step-given.ts'
import { tellRun } from '../tell-run.ts'

/** `note RUN TEXT`: puts a note into a run at the step where it stands (or `--step`), also after its end. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const record = recordOf(args[0] ?? '', place)
  const [, text = ''] = args
  const step = given.step === undefined ? null : stepOf(record, given.step)
  if (text.trim() === '') return refuse(usageProblem({ rule: 'note', reason: 'Unexpected empty note, expected words' }), place)
  if (step !== null && typeof step !== 'string') return refuse(step, place)
  const at = step ?? (record.live ? stepNow(foldOf(record.facts)) : null)
  return tellRun(record, { say: 'note', text, step: at }, { given, place })
}

function refuse(problem: Problem, place: Place): number {
  tellProblems([problem], place)
  return EXIT.usage
}

/** One item of a repeated step is named as `show` names it: `restart[kafka-2]`. */
function stepOf({ facts, plan }: RunRecord, text: string): string | Problem {
  return stepRecords(facts).some(({ key }) => key === text) ? text : stepGiven(plan, '--step', text)
}

/** What is under way, or asked about, now. */
function stepNow({ open }: State): string | null {
  return Object.values(open).findLast(({ step }) => step !== null)?.step ?? null
}
