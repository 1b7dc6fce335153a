import { canonical } from '../language/canonical.ts'
import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'
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
  const parts = plan.parts.map(essence)
  const steps = plan.steps.map(essence)
  const title = plan.runbook.title
  return request.hash(canonical({ title, environment, production, drill, params, setup, parts, steps, groups, limits, targets }))
}

/** Covered by an entry's own hash, or nothing that executes. */
const elsewhere: ReadonlySet<string> = new Set(['line', 'text', 'input', 'reads', 'unknown', 'use'])

/** What is set of a step: what is empty needs no place in the hash. */
function essence(of: PlanEntry | PlanPart): Readonly<Record<string, unknown>> {
  const set: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(of) as [string, unknown][]) {
    const isEmpty =
      value === null || value === false || value === '' || value === 0 || (Array.isArray(value) && value.length === 0)
    if (isEmpty || elsewhere.has(name)) continue
    set[name] = name === 'flags' ? setFlags(value as PlanEntry['flags']) : value
  }
  return set
}

function setFlags(flags: PlanEntry['flags']): string {
  return Object.entries(flags)
    .filter(([, isSet]) => isSet)
    .map(([name]) => name)
    .join(' ')
}
