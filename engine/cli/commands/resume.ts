import { tableLines } from '../../terminal/table.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { complain } from '../output.ts'
import { isOpen, openPlace, recordOf, recordsOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { resumeFile } from '../resume-file.ts'
import { runRow } from '../run-row.ts'

/** `resume [RUN]`: goes on with an interrupted, paused or waiting run; without an id with the only open one. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const forward = { course: 'forward', to: null } as const
  const [run] = args
  if (run !== undefined) return resumeFile(recordOf(run, place), given, place, forward)
  const open = recordsOf(place).filter(isOpen)
  const [only] = open
  if (only !== undefined && open.length === 1) return resumeFile(only, given, place, forward)
  const reason = only === undefined ? place.words.cli.nothingOpen : place.words.cli.openRuns(open.length)
  if (place.json) tellProblems([usageProblem({ rule: 'resume', reason, expected: open.map(({ runId }) => runId) })], place)
  else
    complain(
      [
        ...tableLines(
          open.map((record) => runRow(record, place)),
          80,
        ),
        reason,
      ].join('\n'),
    )
  return EXIT.usage
}
