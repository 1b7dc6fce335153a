import type { RunRecord } from '../local/record.ts'
import type { Settings } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { startNamed } from '../model/step-named.ts'
import type { Json } from '../model/value.ts'
import { runSummary } from '../report/run-summary.ts'
import type { Given } from './flags.ts'
import { operatorOf } from './operator.ts'
import type { Prepared } from './prepare.ts'

/** What a run that begins goes by: flags and answers as its first fact holds them. */
export function startSettings(
  prepared: Prepared,
  given: Given,
  { plan, unattended, incidentMs }: { readonly plan: Plan; readonly unattended: boolean; readonly incidentMs: number },
): Settings {
  const { answers, root } = prepared
  const mode = unattended ? 'unattended' : 'attended'
  const said: Json = answers === null ? null : { params: answers.params, steps: answers.steps, 'on-failure': answers.onFailure }
  return {
    mode,
    operator: operatorOf(given, mode, root),
    environment: plan.environment,
    answers: said,
    drill: plan.drill,
    rollback: (given.rollback as Settings['rollback'] | undefined) ?? (unattended ? 'on-failure' : 'ask'),
    allow: (given.allow ?? []).map((word) => word.replace(/^irreversible:/, '')),
    meant: given.iMean ?? null,
    incidentMs,
    from: given.from === undefined ? null : { step: startNamed(plan, given.from), reason: given.reason ?? '' },
    leaves: unattended,
  }
}

/** What a sitting that goes on goes by: what was given now, else what the run had before. */
export function resumeSettings(
  record: RunRecord,
  given: Given,
  { prepared, unattended }: { readonly prepared: Prepared; readonly unattended: boolean },
): Settings {
  const { answers, root } = prepared
  const before = runSummary(record.facts).settings
  const mode = unattended ? 'unattended' : 'attended'
  return {
    mode,
    operator: operatorOf(given, mode, root),
    environment: record.plan.environment,
    answers:
      answers === null
        ? (before?.answers ?? null)
        : { params: answers.params, steps: answers.steps, 'on-failure': answers.onFailure },
    drill: record.plan.drill,
    rollback: (given.rollback as Settings['rollback'] | undefined) ?? (unattended ? 'on-failure' : 'ask'),
    allow: [...new Set([...(before?.allow ?? []), ...(given.allow ?? []).map((word) => word.replace(/^irreversible:/, ''))])],
    meant: given.iMean ?? before?.meant ?? null,
    incidentMs: before?.incidentMs ?? 0,
    from: before?.from ?? null,
    leaves: unattended,
  }
}
