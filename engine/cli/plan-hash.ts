import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Words } from '../words/words.ts'
import { usageProblem } from './problems-out.ts'

/** What is wrong with `--plan HASH`: too short, or of another plan. */
export function planProblems(given: string, plan: Plan, words: Words): Problem[] {
  const hash = given.toLowerCase()
  if (!/^[0-9a-f]{12,64}$/.test(hash)) return [usageProblem({ rule: 'plan', reason: words.cli.planShort(given), actual: given })]
  if (plan.hash.startsWith(hash)) return []
  return [
    usageProblem({
      rule: 'plan',
      reason: words.cli.planDiffers(given, plan.hash.slice(0, Math.max(12, hash.length))),
      actual: given,
      expected: [plan.hash],
    }),
  ]
}
