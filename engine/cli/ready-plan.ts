import type { Settings } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { refusedText } from '../terminal/refused.ts'
import type { Given } from './flags.ts'
import { incidentStart } from './incident-start.ts'
import { startOver } from './leftovers.ts'
import { complain } from './output.ts'
import { planProblems } from './plan-hash.ts'
import { errorsOf, type Prepared } from './prepare.ts'
import { sorted, tellProblems, usageProblem } from './problems-out.ts'
import type { RunKind } from './run-kind.ts'
import { startSettings } from './settings.ts'

/** A plan that may start, with what is noted before its first step. */
export interface Ready {
  readonly plan: Plan
  readonly notes: readonly string[]
  readonly settings: Settings
}

/** Everything that refuses a start before anything has run: problems, another plan, answers that lack. */
export function readyPlan(prepared: Prepared, given: Given, kind: RunKind): Ready | null {
  const json = given.json === true
  const { words, planned } = prepared
  const incident = incidentStart(given.incidentStart)
  const problems = [
    ...prepared.problems,
    ...(typeof incident === 'string' ? [usageProblem({ rule: 'incident-start', reason: incident })] : []),
  ]
  if (given.takeOver === true && given.reason === undefined)
    problems.push(
      usageProblem({
        rule: 'take-over',
        reason: 'Unexpected --take-over without --reason, expected --reason TEXT: it is recorded',
      }),
    )
  const plan = planned?.plan == null ? null : kind.planOf(planned.plan)
  const over = plan === null ? null : startOver(plan, prepared, given)
  problems.push(...(over?.problems ?? []))
  if (plan !== null && given.plan !== undefined) problems.push(...planProblems(given.plan, plan, words))
  const errors = errorsOf(problems)
  if (plan === null || errors.length > 0 || typeof incident === 'string') {
    tellProblems(sorted(problems), { json, words, sources: new Map([[prepared.file, prepared.source]]) })
    return null
  }
  const ids = new Set(plan.steps.map(({ id }) => id))
  const missing = (planned?.missing ?? []).filter(
    ({ id, what }) => kind.writesRow || ids.has(id) || ['param', 'secret', 'value'].includes(what),
  )
  if (kind.unattended && missing.length > 0) {
    if (json)
      tellProblems(
        missing.map(({ id, what, hint }) =>
          usageProblem({
            rule: 'missing-answer',
            file: prepared.file,
            reason: `${id}: ${what}, ${hint}`,
            expected: [hint],
            actual: id,
          }),
        ),
        { json, words },
      )
    else complain(refusedText(missing, words))
    return null
  }
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  if (kind.unattended && !json && given.quiet !== true)
    tellProblems(warnings, { json, words, sources: new Map([[prepared.file, prepared.source]]) })
  return {
    plan,
    notes: [...(kind.notes ?? []), ...(over?.notes ?? [])],
    settings: startSettings(prepared, given, { plan, incidentMs: incident, unattended: kind.unattended }),
  }
}
