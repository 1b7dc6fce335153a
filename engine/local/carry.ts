import type { Carried } from '../journal/carry-store.ts'
import type { Carry, Execution } from '../model/fact.ts'
import type { Values } from '../model/value.ts'
import type { ScriptResult } from '../process/run-script.ts'
import { looksSecret } from '../secrets/names.ts'
import { laneNames } from './environment.ts'
import type { Hands } from './hands.ts'

/** A secret that is shorter would be found in every second line. */
const SHORTEST_SECRET = 6

/** What earlier blocks carried on to this execution; `lost` when the state file no longer has it. */
export function carriedTo({ carry }: Execution, hands: Hands): Carried | null | 'lost' {
  if (carry === null) return null
  const carried = hands.carry.load(carry.ref)
  if (carried === null) return 'lost'
  keepSecret(carried.vars, hands)
  return carried
}

/** A variable whose name looks like a secret's is treated as one, wherever its value comes from. */
function keepSecret(vars: Readonly<Record<string, string>>, { secrets }: Hands): void {
  for (const [name, value] of Object.entries(vars))
    if (looksSecret(name) && value.length >= SHORTEST_SECRET) secrets.add({ name, ref: `carried:${name}`, value })
}

/** Keeps what a block that succeeded leaves to the next one; undefined where it leaves nothing, or no state. */
export function carryOn(
  execution: Execution,
  { before, result, captured }: { readonly before: Carried | null; readonly result: ScriptResult; readonly captured: Values },
  hands: Hands,
): Carry | undefined {
  if (!['run', 'undo', 'cleanup'].includes(execution.purpose) || result.variables === null) return undefined
  const vars: Record<string, string> = { ...before?.vars, ...result.variables }
  for (const [name, value] of Object.entries(captured)) {
    if ('ref' in value) delete vars[name]
    else vars[name] = value.text
  }
  const kept = new Set(['RUN_ID', 'RUN_DIR', 'ENVIRONMENT', 'DRILL', ...laneNames(execution, hands)])
  const gone = new Set(result.unset.filter((name) => !kept.has(name)))
  for (const name of [...kept, ...gone]) delete vars[name]
  const unset = [...new Set([...(before?.unset ?? []), ...gone])].filter((name) => !Object.hasOwn(vars, name))
  const cwd = result.cwd ?? before?.cwd ?? hands.root
  if (before === null && cwd === hands.root && Object.keys(vars).length === 0 && unset.length === 0) return undefined
  keepSecret(vars, hands)
  const ref = hands.carry.save({ cwd, vars, ...(unset.length === 0 ? {} : { unset }) })
  return { cwd, names: Object.keys(vars).toSorted(), ref }
}
