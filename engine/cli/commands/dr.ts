import type { Call } from '../command-table.ts'
import { drRun } from '../dr-run.ts'
import { drStatus } from '../dr-status.ts'
import { EXIT } from '../exit.ts'
import { openPlace } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'

/** `dr status`: where each test of the programme stands. `dr run TEST`: one of them, as a drill. */
export async function command({ args, given }: Call): Promise<number> {
  if (args[0] === 'status' && args[1] === undefined) return drStatus(given)
  if (args[0] === 'run' && args[1] !== undefined) return drRun(args[1], given)
  const reason = `Unexpected dr ${args.join(' ')}, expected dr status or dr run TEST`
  tellProblems(
    [usageProblem({ rule: 'usage', reason, expected: ['status', 'run TEST'], actual: args[0] ?? null })],
    await openPlace(given),
  )
  return EXIT.usage
}
