import { mkdirSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { spliceRow } from '../document/history-splice.ts'
import { writeDurable } from '../journal/durable.ts'
import { withFileLock } from '../journal/locks.ts'
import { rowHash, type ReadJournal } from '../journal/read.ts'
import type { Plan } from '../model/plan.ts'
import type { HistoryRow } from '../model/history.ts'
import { timelineMarkdown } from '../report/markdown.ts'
import { rowOf } from '../report/row.ts'
import { PATCH_NAME, waitingPatches } from '../workspace/waiting-patches.ts'
import { writeRunbook } from '../workspace/write-runbook.ts'
import { realPath, type Origin } from './record.ts'

/** What became of a row. */
export type RowWritten =
  | { readonly where: 'file'; readonly file: string; readonly row: string }
  | { readonly where: 'patch'; readonly file: string; readonly row: string; readonly patch: string; readonly why: string }
  | { readonly where: 'nowhere'; readonly why: string }

export interface RowRequest {
  readonly plan: Plan
  readonly journal: Pick<ReadJournal, 'facts' | 'hashes'>
  readonly runId: string
  readonly folder: string
  readonly runs: string
  readonly origin: Origin
  /** Folder of the timelines beside the runbook, or null. */
  readonly timelines: string | null
  /** Told when the timeline cannot be written: the row then names the record. */
  readonly warn: (text: string) => void
}

/** Writes the row of a run that ended into its runbook's table; where the file may not be written, a patch into the run's folder. */
export async function writeRow(request: RowRequest): Promise<RowWritten> {
  const { plan, origin, folder, runs } = request
  const timeline = writeTimeline(request)
  const row = rowFor(request, timeline.link)
  const measures = plan.targets.rtoMs !== null || plan.targets.rpoMs !== null
  const waiting = await waitingPatches({ runs, file: origin.file, root: origin.root })
  const written = await writeRunbook({
    file: origin.file,
    root: origin.root,
    withLock: (act) => withFileLock({ folder: origin.locks, key: realPath(origin.file) }, act),
    change: (source) => spliceRow(source, row, plan.runbook.lang, { measures }),
    waiting,
    patchOnly: origin.noHistory,
  })
  switch (written.status) {
    case 'written':
    case 'unchanged':
      return { where: 'file', file: origin.file, row: row.run }
    case 'patch': {
      const file = join(folder, PATCH_NAME)
      writeDurable(file, written.patch)
      return { where: 'patch', file, row: row.run, patch: written.patch, why: written.why }
    }
    case 'refused':
      return { where: 'nowhere', why: written.reason }
  }
}

function rowFor({ plan, journal, runId }: RowRequest, link: string | null): HistoryRow {
  const nth = journal.facts.filter(({ type }) => type === 'row-written').length + 1
  const { lang } = plan.runbook
  return rowOf({ plan, facts: journal.facts, runId, nth, log12: rowHash(journal) ?? '', link, lang })
}

/** Where a run's timeline stands beside its runbook, and how the runbook links to it. */
export function timelineOf(runbook: string, timelines: string, runId: string): { readonly file: string; readonly link: string } {
  const base = dirname(realPath(runbook))
  const file = join(resolve(base, timelines), `${runId}.md`)
  return { file, link: relative(base, file).split(sep).join('/') }
}

/** With `history: {timelines: runs}` the run's timeline stands beside the runbook, and *Log* links to it. */
function writeTimeline({ plan, journal, runId, origin, timelines, warn }: RowRequest): { readonly link: string | null } {
  if (timelines === null || origin.noHistory) return { link: null }
  const { file, link } = timelineOf(origin.file, timelines, runId)
  const text = timelineMarkdown({
    plan,
    facts: journal.facts,
    runId,
    lang: plan.runbook.lang,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    outputOf: () => null,
  })
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeDurable(file, text, 0o644)
    return { link }
  } catch (error) {
    warn(`${file}: ${error instanceof Error ? error.message : String(error)}`)
    return { link: null }
  }
}
