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
export function typedValues(
  execution: Pick<Execution, 'values'>,
  hands: Pick<Hands, 'plan' | 'started' | 'runId' | 'folder'>,
): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const { name, type, value, secret, ref } of hands.plan.params) {
    if (secret && ref !== null) values[name] = { type: 'secret', ref }
    else if (value !== null) values[name] = { type: type.replace(/\(.*/s, ''), text: value }
  }
  Object.assign(values, hands.started, execution.values)
  // Facts call a list a list; what it is one of stands in the plan.
  for (const { name, type } of hands.plan.params) {
    const value = values[name]
    if (value !== undefined && 'text' in value && value.type === 'list') values[name] = { type, text: value.text }
  }
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
  const env = environmentHere(hands)
  const values = valuesOf(execution, hands)
  Object.assign(env, values, carried?.vars ?? {})
  for (const name of carried?.unset ?? []) delete env[name]
  const own = laneNames(execution, hands).filter((name) => name in values)
  return { ...env, ...Object.fromEntries(own.map((name) => [name, values[name] ?? ''])), ...builtins(hands) }
}

/** Names that belong to a machine: what a block makes of them stays where it was done. */
const OF_A_MACHINE = /^(?:PATH|HOME|USER|LOGNAME|SHELL|MAIL|HOSTNAME|TMPDIR|TERM|MANPATH|LD_.*|SSH_.*|XDG_.*|DBUS_.*)$/

/** Does a block's variable stay on its machine? A value of the run never does. */
export function staysThere(name: string, execution: Execution, hands: Hands): boolean {
  return OF_A_MACHINE.test(name) && !Object.hasOwn(typedValues(execution, hands), name)
}

/** What a block on another host is given beside that host's own environment: the run's values, and what earlier blocks carried on. */
export function environmentThere(
  execution: Execution,
  carried: Carried | null,
  { hands, host }: { readonly hands: Hands; readonly host: string },
): { readonly env: Record<string, string>; readonly unset: readonly string[]; readonly cwd: string | null } {
  const values = valuesOf(execution, hands)
  const shared = Object.entries(carried?.vars ?? {}).filter(([name]) => !staysThere(name, execution, hands))
  const there = carried?.there?.[host]
  const env: Record<string, string> = { ...values, ...Object.fromEntries(shared), ...there?.vars }
  const unset = (carried?.unset ?? []).filter((name) => !staysThere(name, execution, hands))
  for (const name of unset) delete env[name]
  const own = laneNames(execution, hands).filter((name) => name in values)
  Object.assign(env, Object.fromEntries(own.map((name) => [name, values[name] ?? ''])), builtins(hands))
  return { env, unset: unset.filter((name) => !Object.hasOwn(env, name)), cwd: there?.cwd ?? null }
}

/** The environment of a program of this machine that serves the run: the caller's, without any value of the run. */
export function environmentHere({ plan, callerEnv }: Pick<Hands, 'plan' | 'callerEnv'>): Record<string, string> {
  const declared = new Set(plan.params.map(({ name }) => name))
  return Object.fromEntries(
    Object.entries(callerEnv).flatMap(([name, value]) => (value === undefined || declared.has(name) ? [] : [[name, value]])),
  )
}
