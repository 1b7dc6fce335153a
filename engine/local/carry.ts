import type { Carried } from '../journal/carry-store.ts'
import type { Carry, Execution } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Values } from '../model/value.ts'
import type { ScriptResult } from '../process/run-script.ts'
import { looksSecret } from '../secrets/names.ts'
import { laneNames, staysThere } from './environment.ts'
import type { Hands } from './hands.ts'

/** A secret that is shorter would be found in every second line. */
const SHORTEST_SECRET = 6

/** What earlier blocks carried on to this execution; `lost` when the state file no longer has it. */
export function carriedTo({ carry }: Execution, hands: Hands): Carried | null | 'lost' {
  if (carry === null) return null
  const carried = hands.carry.load(carry.ref)
  if (carried === null) return 'lost'
  keepNamedSecrets(carried.vars, hands)
  return carried
}

/** A variable whose name is a secret's, or looks like it, is treated as one, wherever its value comes from. */
export function keepNamedSecrets(vars: Readonly<Record<string, string>>, hands: Pick<Hands, 'plan' | 'secrets'>): void {
  for (const [name, value] of Object.entries(vars))
    if (value.length >= SHORTEST_SECRET && isSecretName(name, hands)) hands.secrets.add({ name, ref: `carried:${name}`, value })
}

/** Whether a variable of this name holds a secret: a parameter or a capture of the type, or a name that says so. */
export function isSecretName(name: string, { plan }: Pick<Hands, 'plan'>): boolean {
  return looksSecret(name) || declaredSecrets(plan).has(name)
}

const declared = new WeakMap<Plan, ReadonlySet<string>>()

function declaredSecrets(plan: Plan): ReadonlySet<string> {
  const known = declared.get(plan)
  if (known !== undefined) return known
  const captures = plan.steps.flatMap((entry) => entry.captures.filter(({ type }) => type === 'secret'))
  const names = new Set([...plan.params.filter(({ secret }) => secret), ...captures].map(({ name }) => name))
  declared.set(plan, names)
  return names
}

/** Keeps what a block that succeeded leaves to the next one; undefined where it leaves nothing, or no state. */
export function carryOn(
  execution: Execution,
  given: {
    readonly before: Carried | null
    readonly result: ScriptResult
    readonly captured: Values
    /** Where it ran; null: here. */
    readonly host: string | null
  },
  hands: Hands,
): Carry | undefined {
  const { before, result, captured, host } = given
  if (!['run', 'undo', 'cleanup'].includes(execution.purpose) || result.variables === null) return undefined
  const stays = (name: string): boolean => host !== null && staysThere(name, execution, hands)
  const made = Object.entries(result.variables)
  const vars: Record<string, string> = { ...before?.vars, ...Object.fromEntries(made.filter(([name]) => !stays(name))) }
  for (const [name, value] of Object.entries(captured)) {
    if ('ref' in value) delete vars[name]
    else vars[name] = value.text
  }
  const kept = new Set(['RUN_ID', 'RUN_DIR', 'ENVIRONMENT', 'DRILL', ...laneNames(execution, hands)])
  const gone = new Set(result.unset.filter((name) => !kept.has(name) && !stays(name)))
  for (const name of [...kept, ...gone]) delete vars[name]
  const unset = [...new Set([...(before?.unset ?? []), ...gone])].filter((name) => !Object.hasOwn(vars, name))
  const cwd = (host === null ? result.cwd : null) ?? before?.cwd ?? hands.root
  const there = carriedThere(given, Object.fromEntries(made.filter(([name]) => stays(name))))
  const isNothing = Object.keys({ ...vars, ...there }).length === 0 && unset.length === 0
  if (before === null && cwd === hands.root && isNothing) return undefined
  const ref = hands.carry.save({
    cwd,
    vars,
    ...(unset.length === 0 ? {} : { unset }),
    ...(Object.keys(there).length === 0 ? {} : { there }),
  })
  return { cwd, names: Object.keys(vars).toSorted(), ref }
}

function carriedThere(
  { before, result, host }: { readonly before: Carried | null; readonly result: ScriptResult; readonly host: string | null },
  made: Readonly<Record<string, string>>,
): NonNullable<Carried['there']> {
  const all = before?.there ?? {}
  if (host === null) return all
  const was = all[host]
  const cwd = result.cwd ?? was?.cwd ?? null
  const vars = { ...was?.vars, ...made }
  return cwd === null && Object.keys(vars).length === 0 ? all : { ...all, [host]: { cwd, vars } }
}
