import { sha256 } from '../../journal/chain.ts'
import { checkPlan } from '../../plan/check-plan.ts'
import { rehashed } from '../../plan/hash.ts'
import type { Call } from '../command-table.ts'
import { runFile } from '../run-file.ts'

/** `check FILE`: only what reads; no row unless asked for. */
export function command({ args, given }: Call): Promise<number> {
  return runFile(
    args[0] ?? '',
    { ...given, unattended: true },
    { unattended: true, writesRow: given.record === true, planOf: (plan) => rehashed(checkPlan(plan), sha256), isSaid: false },
  )
}
