import type { Execution } from '../model/fact.ts'
import type { Value } from '../model/value.ts'
import type { Hands } from './hands.ts'

/** The text of a value; a secret's comes from memory. Undefined when the secret is lost. */
export function textOf(value: Value, hands: Hands): string | undefined {
  return 'ref' in value ? hands.secrets.valueOf(value.ref) : value.text
}

/** Built-in names, the same for every block of a run. */
export function builtins(hands: Hands): Record<string, string> {
  const { plan, runId, folder } = hands
  return { RUN_ID: runId, RUN_DIR: folder, ENVIRONMENT: plan.environment, DRILL: plan.drill ?? '' }
}

/** All names that a block sees as values of the run: parameters, captures, the group's variable, built-ins. Secrets in clear. */
export function valuesOf(execution: Execution, hands: Hands): Record<string, string> {
  const values: Record<string, string> = {}
  for (const param of hands.plan.params) {
    const text = param.secret ? hands.secrets.valueOf(param.ref ?? '') : param.value
    if (text !== null && text !== undefined) values[param.name] = text
  }
  for (const [name, value] of Object.entries(execution.values)) {
    const text = textOf(value, hands)
    if (text !== undefined) values[name] = text
  }
  return { ...values, ...builtins(hands) }
}

/**
 * The complete environment of a shell block: the caller's without the names of parameters, then the run's values,
 * then what earlier blocks carried on. The variable of a repeated step wins: each item has its own.
 */
export function environmentOf(
  execution: Execution,
  carried: Readonly<Record<string, string>>,
  hands: Hands,
): Record<string, string> {
  const env: Record<string, string> = {}
  const declared = new Set(hands.plan.params.map(({ name }) => name))
  for (const [name, value] of Object.entries(hands.callerEnv)) if (value !== undefined && !declared.has(name)) env[name] = value
  const values = valuesOf(execution, hands)
  const { group } = hands.entry(execution.step)
  const variables = hands.plan.groups.filter(({ id }) => id === group).flatMap(({ variable }) => [variable, 'ITEM_INDEX'])
  const own = Object.fromEntries(variables.filter((name) => name in values).map((name) => [name, values[name] ?? '']))
  return { ...env, ...values, ...carried, ...own, ...builtins(hands) }
}
