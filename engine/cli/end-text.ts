import { relative } from 'node:path'
import { readJournal } from '../journal/read.ts'
import type { SittingEnd } from '../local/sitting.ts'
import type { Lang } from '../model/runbook.ts'
import { endMeasures } from '../report/end-measures.ts'
import { leftoversOf } from '../report/leftovers.ts'
import { runSummary } from '../report/run-summary.ts'
import type { EndExtra } from '../terminal/end-screen.ts'
import { wordsOf } from '../words/words.ts'

/** What the last screen says beside the state. */
export function endExtraOf(
  { plan, runId, folder, row, requests }: SittingEnd,
  { lang, note }: { readonly lang: Lang; readonly note: string | null },
): EndExtra {
  const { facts } = readJournal(folder)
  const shown =
    row === null || row.where === 'nowhere' ? null : { where: row.where, file: relative(process.cwd(), row.file) || row.file }
  const left = leftoversOf({ runId, plan, facts, live: false })
  const words = [note, left === null ? null : wordsOf(lang).dr.cleanUpLeft(left.steps.join(', '))]
  const said = words.filter((text) => text !== null).join(' ')
  return {
    runId,
    durationMs: runSummary(facts).durationMs,
    ...endMeasures({ plan, facts, lang }),
    row: shown,
    requests,
    note: said === '' ? null : said,
  }
}
