import type { Carried } from '../journal/carry-store.ts'
import type { Execution } from '../model/fact.ts'
import type { Value } from '../model/value.ts'
import type { Hands } from './hands.ts'

/** The text of a value; a secret's comes from memory. Undefined when the secret is lost. */
export function textOf(value: Value, hands: Pick<Hands, 'secrets'>): string | undefined {
  return 'ref' in value ? hands.secrets.valueOf(value.ref) : value.text
}

/** Built-in names, the same for every block of a run. */
export function builtins({ plan, runId, folder }: Pick<Hands, 'plan' | 'runId' | 'folder'>): Record<string, string> {
  return { RUN_ID: runId, RUN_DIR: folder, ENVIRONMENT: plan.environment, DRILL: plan.drill ?? '' }
}

/** All typed values that an execution sees: parameters, captures that it reads, the group's variable, built-ins. Secrets by reference. */
export function typedValues(execution: Execution, hands: Hands): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const { name, type, value, secret, ref } of hands.plan.params) {
    if (secret && ref !== null) values[name] = { type: 'secret', ref }
    else if (value !== null) values[name] = { type: type.replace(/\(.*/s, ''), text: value }
  }
  Object.assign(values, hands.started, execution.values)
  for (const [name, text] of Object.entries(builtins(hands))) values[name] = { type: 'string', text }
  return values
}

/** The same as text, secrets in clear; one that is lost is left out. */
export function valuesOf(execution: Execution, hands: Hands): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(typedValues(execution, hands))) {
    const text = textOf(value, hands)
    if (text !== undefined) values[name] = text
  }
  return values
}

/** Names that each item of a repeated step has for itself. */
export function laneNames(execution: Execution, { plan, entry }: Pick<Hands, 'plan' | 'entry'>): string[] {
  const { group } = entry(execution.step)
  return plan.groups.filter(({ id }) => id === group).flatMap(({ variable }) => [variable, 'ITEM_INDEX'])
}

/**
 * The complete environment of a shell block: the caller's without the names of parameters, then the run's values,
 * then what earlier blocks carried on. The variable of a repeated step wins: each item has its own.
 */
export function environmentOf(execution: Execution, carried: Carried | null, hands: Hands): Record<string, string> {
  const env: Record<string, string> = {}
  const declared = new Set(hands.plan.params.map(({ name }) => name))
  for (const [name, value] of Object.entries(hands.callerEnv)) if (value !== undefined && !declared.has(name)) env[name] = value
  const values = valuesOf(execution, hands)
  Object.assign(env, values, carried?.vars ?? {})
  for (const name of carried?.unset ?? []) delete env[name]
  const own = laneNames(execution, hands).filter((name) => name in values)
  return { ...env, ...Object.fromEntries(own.map((name) => [name, values[name] ?? ''])), ...builtins(hands) }
}
