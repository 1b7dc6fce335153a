import type { Call } from '../command-table.ts'
import { drStatus } from '../dr-status.ts'
import { EXIT } from '../exit.ts'
import { openPlace } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'

/** `dr status`: the programme of DR tests, and where each of them stands. */
export async function command({ args, given }: Call): Promise<number> {
  if (args[0] === 'status' && args.length === 1) return drStatus(given)
  const reason = `Unexpected dr ${args.join(' ')}, expected dr status`
  tellProblems([usageProblem({ rule: 'usage', reason, expected: ['status'], actual: args[0] ?? null })], await openPlace(given))
  return EXIT.usage
}
