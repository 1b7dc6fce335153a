import { nearest } from '../language/nearest.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { startNamed } from '../model/step-named.ts'
import { usageProblem } from './problems-out.ts'

/** The block or step that a flag names in a recorded run, as `run --from` reads it; else the problem, with the nearest id. */
export function stepGiven({ parts, steps }: Plan, flag: '--to' | '--step', text: string): string | Problem {
  const step = startNamed({ parts, steps }, text)
  if (steps.some(({ id, part }) => id === step || part === step)) return step
  const procedure = steps.filter(({ section }) => section === 'procedure')
  const expected = [...new Set(procedure.flatMap(({ id, part }) => [part, id]))]
  const reason = `Unexpected ${flag} ${text}, expected a step of this runbook`
  return usageProblem({ rule: 'unknown-step', reason, expected, actual: text, nearest: nearest(text, expected) })
}
