import { checkPlan } from '../../plan/check-plan.ts'
import type { Call } from '../command-table.ts'
import { runFile } from '../run-file.ts'

/** `check FILE`: only what reads; no row unless asked for. */
export function command({ args, given }: Call): Promise<number> {
  return runFile(
    args[0] ?? '',
    { ...given, unattended: true },
    { unattended: true, writesRow: given.record === true, planOf: checkPlan, isSaid: false },
  )
}
