import { canonical } from '../language/canonical.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Making } from './making.ts'

/** Gives an entry its identity: its text and input with what they will see. */
export function hashed({ request, values }: Making, entry: PlanEntry): PlanEntry {
  const { text, input, reads, unknown, type, use, title } = entry
  const seen = Object.fromEntries(reads.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])))
  const shown = text === '' ? title : text
  return { ...entry, hash: request.hash(canonical({ type, use, text: shown, input, values: seen, unknown })) }
}

/** The hash of what executes and what people read of the steps; not of places, paths, time, operator or history. */
export function planHash({ request }: Making, plan: Omit<Plan, 'hash'>): Plan['hash'] {
  const { environment, production, drill, setup, groups, limits, targets } = plan
  const params = plan.params.map(({ name, type, value, secret, ref }) => ({ name, type, value, secret, ref }))
  const parts = plan.parts.map((part) => ({ ...part, line: 0 }))
  const steps = plan.steps.map((entry) => ({ ...entry, line: 0 }))
  const title = plan.runbook.title
  return request.hash(canonical({ title, environment, production, drill, params, setup, parts, steps, groups, limits, targets }))
}
