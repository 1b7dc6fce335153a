import { readRows } from '../../document/history-read.ts'
import { nearest } from '../../language/nearest.ts'
import { readJournal, verifyJournal } from '../../journal/read.ts'
import type { RunRecord } from '../../local/record.ts'
import { lacksRow } from '../../local/resume-run.ts'
import { alteredIn } from '../../local/verify-record.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { explain, say } from '../output.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { readNow } from '../../workspace/text-file.ts'

/** `journal verify RUN`: checks the chain, the files that it speaks of, and the row; names the first altered record. Only reads. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const [verb = '', run = ''] = args
  if (verb !== 'verify') {
    const problem = {
      rule: 'usage',
      reason: `Unexpected "journal ${verb}", expected journal verify RUN`,
      expected: ['verify'],
      actual: verb,
      nearest: nearest(verb, ['verify']),
    }
    tellProblems([usageProblem(problem)], place)
    return EXIT.usage
  }
  const record = recordOf(run, place)
  const chain = verifyJournal(record.folder)
  const { records, head } = chain
  const altered =
    alteredIn({ ...record, ...readJournal(record.folder) }) ??
    (chain.ok ? null : { record: chain.firstBad ?? 1, why: chain.why ?? '' })
  const ok = altered === null
  const firstBad = altered?.record ?? null
  const row = rowHead(record, run)
  // An engine that died between the end and the row leaves the same: it is said, and is no alteration.
  const rowRecorded = record.live || !lacksRow(record)
  if (place.json) say(JSON.stringify({ ok, records, head, firstBad, row, rowRecorded }))
  else if (altered === null) say(place.words.cli.chainWhole(records, head))
  else explain(place.words.cli.chainBroken(altered.record, altered.why))
  if (ok && !rowRecorded && !place.json) explain(place.words.cli.chainOpen)
  const isOther = ok && row !== null && row !== head && !record.live
  if (isOther && !place.json) explain(place.words.cli.chainRow(row))
  return ok && !isOther ? EXIT.passed : EXIT.failed
}

/** What the runbook's table shows of this run, of its last row; null: no row, or no such column. */
function rowHead({ origin, runId }: RunRecord, _run: string): string | null {
  try {
    const rows = readRows(Buffer.from(readNow(origin.file) ?? []).toString('utf8')).filter(
      (row) => row.run?.replace(/\/\d+$/, '') === runId,
    )
    const cells = rows.at(-1)?.cells ?? {}
    const said = /[0-9a-f]{12}/.exec(cells['log'] ?? cells['chain'] ?? '')
    return said?.[0] ?? null
  } catch {
    return null
  }
}
