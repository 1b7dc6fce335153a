import { tableLines } from '../../terminal/table.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say } from '../output.ts'
import { isOpen, openPlace, recordsOf } from '../place.ts'
import { runJsonOf, runRow } from '../run-row.ts'

/** `runs`: all runs that are recorded here, newest first. */
export async function command({ given }: Call): Promise<number> {
  const place = await openPlace(given)
  const records = recordsOf(place).toReversed()
  if (place.json) {
    say(JSON.stringify(records.map(runJsonOf)))
    return EXIT.passed
  }
  const { cli } = place.words
  if (records.length === 0) {
    say(cli.noRuns)
    return EXIT.passed
  }
  const { columns } = cli
  const head = [
    columns.run,
    columns.result,
    columns.runbook,
    columns.environment,
    columns.started,
    columns.duration,
    columns.operator,
  ]
  const open = records.filter(isOpen).length
  say(
    [
      ...tableLines([head, ...records.map((record) => runRow(record, place))], widthOfList(), {
        keep: [0, 3, 4, 5],
      }),
      '',
      cli.runsLast(records.length, open),
    ].join('\n'),
  )
  return EXIT.passed
}

/** In a pipe nothing is cut: what reads there cannot scroll. */
const widthOfList = (): number => (process.stdout.isTTY ? Math.max(80, process.stdout.columns || 80) : Infinity)
