import { canonical } from '../language/canonical.ts'
import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'
import type { Value } from '../model/value.ts'
import { valuesOf } from './parameters.ts'

type Hashing = (text: string) => string

/** Gives an entry its identity: its text and input with what they will see. */
export function hashed(hash: Hashing, values: Readonly<Record<string, Value>>, entry: PlanEntry): PlanEntry {
  const { text, input, reads, unknown, type, use, title } = entry
  const seen = Object.fromEntries(reads.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])))
  const shown = text === '' ? title : text
  return { ...entry, hash: hash(canonical({ type, use, text: shown, input, values: seen, unknown })) }
}

/** The hash of what executes and what people read of the steps; not of places, paths, time, operator or history. */
export function planHash(hash: Hashing, plan: Omit<Plan, 'hash'>): Plan['hash'] {
  const { environment, production, drill, setup, groups, limits, targets } = plan
  const params = plan.params.map(({ name, type, value, secret, ref }) => ({ name, type, value, secret, ref }))
  const parts = plan.parts.map(essence)
  const steps = plan.steps.map(essence)
  const title = plan.runbook.title
  return hash(canonical({ title, environment, production, drill, params, setup, parts, steps, groups, limits, targets }))
}

/** Whether a plan is still what its hash says: nothing of what executes, or of what people read of the steps, was changed since. */
export function isIntact(plan: Plan, hash: Hashing): boolean {
  const values = valuesOf(plan)
  return plan.steps.every((entry) => hashed(hash, values, entry).hash === entry.hash) && planHash(hash, plan) === plan.hash
}

/** A part of a plan as a plan of its own. */
export function rehashed(plan: Plan, hash: Hashing): Plan {
  return { ...plan, hash: planHash(hash, plan) }
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
