import { readRecord, realPath, type RunRecord } from '../local/record.ts'
import { listRuns } from '../journal/run-folder.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { acceptedLeftovers, leftoversNote, leftoversOf, type Leftovers } from '../report/leftovers.ts'
import type { Words } from '../words/words.ts'
import type { Given } from './flags.ts'
import { usageProblem } from './problems-out.ts'

/** What these drills left to clean up, and nobody has started over yet. */
export function openLeftovers(records: readonly RunRecord[]): Leftovers[] {
  const accepted = new Set(records.flatMap(({ facts }) => acceptedLeftovers(facts)))
  return records.flatMap((record) => leftoversOf(record) ?? []).filter(({ run }) => !accepted.has(run))
}

/** Whether a drill may start: not over leftovers of an earlier one, unless a person says why. */
export function startOver(
  plan: Plan,
  { path, runs, words }: { readonly path: string; readonly runs: string; readonly words: Words },
  given: Given,
): { readonly problems: readonly Problem[]; readonly notes: readonly string[] } {
  if (plan.drill === null) return { problems: [], notes: [] }
  const records = listRuns(runs).flatMap((run) => readRecord(runs, run) ?? [])
  const file = realPath(path)
  const left = openLeftovers(records.filter((one) => one.origin.file === file && one.plan.environment === plan.environment))
  if (left.length === 0) return { problems: [], notes: [] }
  const { reason } = given
  if (given.override?.includes('leftovers') === true && reason !== undefined && reason.trim() !== '')
    return { problems: [], notes: [leftoversNote(left, reason)] }
  const problems = left.map(({ run, steps }) =>
    usageProblem({
      rule: 'leftovers',
      reason: words.dr.leftovers(run, steps.join(', ')),
      expected: [`reprise resume ${run}`],
      actual: run,
    }),
  )
  return { problems, notes: [] }
}
