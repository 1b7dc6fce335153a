import type { Call } from '../command-table.ts'
import { runFile } from '../run-file.ts'

/** `run FILE`. */
export function command({ args, given }: Call): Promise<number> {
  return runFile(args[0] ?? '', given, { unattended: given.unattended === true, writesRow: true, planOf: (plan) => plan })
}
