import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'
import { labelOf } from './bodies.ts'
import type { Body } from './bodies.ts'
import type { Making } from './making.ts'

/** The limits of a run: attempts, time, and how often a decision may lead back. */
export function limitsOf({ request }: Making, bodies: readonly Body[], entries: readonly PlanEntry[]): Plan['limits'] {
  const { runbook, reader, policy } = request
  const attempts = runbook.escalation?.attempts ?? null
  const order = new Map(bodies.map(({ id }, index) => [id, index]))
  const mostOf = (index: number | undefined): number | null => {
    const label = index === undefined ? null : labelOf(bodies[index]?.items ?? [], 'at-most')
    return label === null ? null : reader.readAtMost(label)
  }
  const rounds: Record<string, number> = {}
  for (const { id, part, type, rows } of entries) {
    if (type !== 'decision') continue
    const here = order.get(part) ?? 0
    for (const { target } of rows) {
      const to = target.type === 'step' ? order.get(target.to) : undefined
      if (to === undefined || to > here) continue
      const bound = mostOf(to) ?? mostOf(here) ?? attempts
      if (bound !== null) rounds[id] = Math.min(rounds[id] ?? bound, bound)
    }
  }
  return { attempts, elapsedMs: runbook.escalation?.afterMs ?? null, freshMs: policy.limits.freshMs, rounds }
}

/** RTO and RPO, with the steps that they are measured by. */
export function targetsOf({ request: { runbook, reader } }: Making): Plan['targets'] {
  const { rtoTarget, rpoTarget } = runbook.info
  const idOf = (to: string | null | undefined): string | null => {
    const step = to == null ? null : reader.findStep(to)
    return step === null ? null : reader.ids.of(step)
  }
  return {
    rtoMs: rtoTarget?.value.ms ?? null,
    rtoUntil: idOf(rtoTarget?.value.until),
    rpoMs: rpoTarget?.value.ms ?? null,
    rpoMeasuredBy: idOf(rpoTarget?.value.measuredBy),
  }
}

/** How long it takes: what the author says of the whole, else the sum of the steps that say it. */
export function estimateOf({ request: { runbook, reader } }: Making, parts: readonly PlanPart[]): number | null {
  const said = runbook.info.estimatedTime === null ? null : reader.readDuration(runbook.info.estimatedTime.value)
  if (said !== null) return said
  const known = parts.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]))
  return known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0)
}
