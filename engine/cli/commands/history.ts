import { existsSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { rowHash } from '../../journal/read.ts'
import { withFileLock } from '../../journal/locks.ts'
import { readRows } from '../../document/history-read.ts'
import { locateHistory } from '../../document/history-locate.ts'
import { syncRows } from '../../document/history-sync.ts'
import { decodeRunbook, parseRunbook } from '../../document/parse.ts'
import { realPath, type RunRecord } from '../../local/record.ts'
import { locksFolder } from '../../local/run-lock.ts'
import { timelineOf } from '../../local/write-row.ts'
import type { HistoryRow } from '../../model/history.ts'
import { rowOf } from '../../report/row.ts'
import { tableLines } from '../../terminal/table.ts'
import { readNow } from '../../workspace/text-file.ts'
import { writeRunbook } from '../../workspace/write-runbook.ts'
import { readProject } from '../../workspace/project-file.ts'
import { findRoot } from '../../workspace/root.ts'
import type { Call } from '../command-table.ts'
import { EXIT, Exit } from '../exit.ts'
import { say } from '../output.ts'
import { inLanguageOf, openPlace, type Place, recordsOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'

/** `history FILE`: the table as data. `history sync FILE`: completes it from the records and mends conflicts. */
export async function command({ args, given }: Call): Promise<number> {
  const isSync = args[0] === 'sync' && args[1] !== undefined
  const file = isSync ? args[1] : args[0]
  if (file === undefined) {
    tellProblems(
      [usageProblem({ rule: 'usage', reason: 'Unexpected end, expected history FILE or history sync FILE' })],
      await openPlace(given),
    )
    return EXIT.usage
  }
  const root = findRoot(join(resolve(file), '..'))
  const here = { ...(await openPlace(given)), root, project: await readProject(root) }
  const source = read(file, here)
  const place = inLanguageOf(here, given, parseRunbook({ file, source }).runbook?.lang ?? null)
  return isSync ? sync(file, source, { given, place }) : show(file, source, place)
}

function read(file: string, place: Place): string {
  const refuse = (reason: string): never => {
    tellProblems([usageProblem({ rule: 'unreadable', reason, file })], place)
    throw new Exit(EXIT.usage)
  }
  let bytes: Uint8Array
  try {
    const plain = readNow(file)
    if (plain === null) return refuse(`Unexpected file ${file}, expected a runbook: it is a pipe, a device or larger than 4 MB`)
    bytes = plain
  } catch (error) {
    return refuse(`Unexpected file ${file}, expected a runbook: ${(error as NodeJS.ErrnoException).code ?? ''}`)
  }
  const decoded = decodeRunbook(bytes)
  return decoded.ok ? decoded.source : refuse(decoded.reason)
}

function show(file: string, source: string, place: Place): number {
  const found = locateHistory(source)
  if (!found.ok) return refused(file, found, place)
  const rows = readRows(source)
  if (place.json) say(JSON.stringify(rows.map(({ cells }) => cells)))
  else if (rows.length === 0) say(place.words.cli.noRuns)
  else {
    const names = Object.keys(rows[0]?.cells ?? {})
    const head = names.map((name) => (place.words.columns as Readonly<Record<string, string>>)[name] ?? name)
    say(
      tableLines(
        [head, ...rows.map(({ cells }) => names.map((name) => cells[name] ?? ''))],
        process.stdout.isTTY ? Math.max(80, process.stdout.columns || 80) : Infinity,
        { keep: names.flatMap((name, index) => (['run', 'date', 'result', 'log'].includes(name) ? [index] : [])) },
      ).join('\n'),
    )
  }
  return EXIT.passed
}

function refused(
  file: string,
  {
    rule,
    reason,
    place: at,
  }: {
    readonly rule: string
    readonly reason: string
    readonly place: { readonly line: number; readonly column: number; readonly endLine: number; readonly endColumn: number }
  },
  place: Place,
): number {
  tellProblems([{ ...usageProblem({ rule, reason, file }), place: at }], place)
  return EXIT.usage
}

async function sync(
  file: string,
  source: string,
  { given, place }: { readonly given: Call['given']; readonly place: Place },
): Promise<number> {
  const { runbook } = parseRunbook({ file, source })
  const keep = given.keep === undefined ? 50 : Number(given.keep)
  if (!Number.isSafeInteger(keep) || keep < 1) {
    tellProblems(
      [usageProblem({ rule: 'keep', reason: `Unexpected --keep ${given.keep ?? ''}, expected a whole number from 1` })],
      place,
    )
    return EXIT.usage
  }
  const path = realPath(resolve(file))
  const all = recordsOf(place).filter((record) => record.origin.writesRow && !record.live && isOf(record, path, place.root))
  // What an altered journal says is no reason to write a row, and its row no reason to leave.
  const records = all.filter(({ firstBad }) => firstBad === null)
  const rows = records.flatMap((record) => rowsOf(record, linkTo(path, place.project.history.timelines, record.runId)))
  const ids = new Set(records.map(({ runId }) => runId))
  const lang = runbook?.lang ?? place.lang
  const measures = records.some(({ plan }) => plan.targets.rtoMs !== null || plan.targets.rpoMs !== null)
  const written = await writeRunbook({
    file: path,
    root: place.root,
    withLock: (act) => withFileLock({ folder: locksFolder(place.root, place.runs).folder, key: path }, act),
    change: (text) => syncRows(text, rows, { keep, hasRecord: (run) => ids.has(run.replace(/\/\d+$/, '')), lang, measures }),
  })
  switch (written.status) {
    case 'refused':
      tellProblems(
        [
          {
            ...usageProblem({ rule: 'history', reason: written.reason, file }),
            ...(written.place === null ? {} : { place: written.place }),
          },
        ],
        place,
      )
      return EXIT.usage
    case 'patch':
      say(written.patch)
      return EXIT.passed
    case 'written':
    case 'unchanged':
      say(place.json ? JSON.stringify({ file, status: written.status }) : place.words.cli.synced(file))
      return records.length < all.length ? EXIT.failed : EXIT.passed
  }
}

/** Of this file, or of the same file in a checkout elsewhere: teams may keep their records in one place. */
function isOf({ origin, plan }: RunRecord, path: string, root: string): boolean {
  if (origin.file === path) return true
  const isSame = relative(realPath(origin.root), origin.file) === relative(realPath(root), path)
  return isSame && !existsSync(origin.file) && basename(plan.runbook.file) === basename(path)
}

/** Where *Log* leads: to the run's timeline where it stands beside the runbook. */
function linkTo(runbook: string, timelines: string | null, runId: string): string | null {
  const timeline = timelines === null ? null : timelineOf(runbook, timelines, runId)
  return timeline !== null && existsSync(timeline.file) ? timeline.link : null
}

/** A run's rows: one for each time that it ended; one that never ended is `aborted`. */
function rowsOf({ facts, hashes, plan, runId }: RunRecord, link: string | null): HistoryRow[] {
  const ends = facts.flatMap((fact, index) => (fact.type === 'run-ended' && fact.result !== 'waiting' ? [index] : []))
  const isOpen =
    facts.findLastIndex(({ type }) => type === 'run-ended') <
    facts.findLastIndex(({ type }) => type === 'run-started' || type === 'run-resumed')
  const upTo = isOpen ? [...ends, facts.length - 1] : ends
  return upTo.map((end, index) => {
    const until = facts.slice(0, end + 1)
    const log12 = rowHash({ facts: until, hashes: hashes.slice(0, end + 1) }) ?? hashes.at(end)?.slice(0, 12) ?? ''
    return rowOf({ plan, facts: until, runId, nth: index + 1, log12, link, lang: plan.runbook.lang })
  })
}
