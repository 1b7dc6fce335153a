import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { decodeRunbook, parseRunbook } from '../../document/parse.ts'
import { readRows } from '../../document/history-read.ts'
import { fold } from '../../language/fold.ts'
import { nearest } from '../../language/nearest.ts'
import { parseDuration } from '../../language/duration.ts'
import { proseDuration } from '../../document/prose-duration.ts'
import type { Runbook } from '../../model/runbook.ts'
import { tableLines } from '../../terminal/table.ts'
import { listMarkdownFiles } from '../../workspace/markdown-files.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say } from '../output.ts'
import { openPlace } from '../place.ts'
import { runGit } from '../run-git.ts'

interface Found {
  readonly file: string
  readonly title: string
  readonly owner: string | null
  readonly estimateMs: number | null
  readonly lastPassed: string | null
  readonly rank: number
}

/** `find TEXT`: runbooks by title, section, alert name, step; accents and case do not count. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const wanted = fold(args[0] ?? '')
  const files = await listMarkdownFiles(place.root, runGit)
  const read = await Promise.all(
    files.map(async (file) => ({ file, bytes: await readFile(join(place.root, file)).catch(() => null) })),
  )
  const titles: string[] = []
  const found = read.flatMap(({ file, bytes }): Found[] => {
    const decoded = bytes === null ? null : decodeRunbook(bytes)
    // A file without a heading of level two, or without the words, is not worth parsing.
    if (decoded === null || !decoded.ok || !/^\s{0,3}#/m.test(decoded.source)) return []
    const isNear = fold(decoded.source).includes(wanted)
    const title = /^\s{0,3}#\s+(.+)$/m.exec(decoded.source)?.[1] ?? ''
    titles.push(title)
    if (!isNear) return []
    const { runbook } = parseRunbook({ file, source: decoded.source })
    const rank = runbook === null ? 0 : rankOf(runbook, wanted)
    return runbook === null || rank === 0
      ? []
      : [foundOf(runbook, decoded.source, { file: relative(process.cwd(), join(place.root, file)), rank })]
  })
  const sorted = found.toSorted((a, b) => b.rank - a.rank || (a.file < b.file ? -1 : 1))
  if (place.json) {
    say(
      JSON.stringify(
        sorted.map(({ file, title, owner, estimateMs, lastPassed }) => ({ file, title, owner, estimateMs, lastPassed })),
      ),
    )
    return EXIT.passed
  }
  const { cli } = place.words
  if (sorted.length === 0) {
    say(cli.nothingFound(args[0] ?? '', nearest(args[0] ?? '', titles) ?? ''))
    return EXIT.failed
  }
  const { columns } = cli
  const rows = sorted.map(({ file, title, owner, estimateMs, lastPassed }) => [
    title,
    file,
    lastPassed ?? place.words.overview.neverRun,
    estimateMs === null ? '' : cli.estimateIn(estimateMs),
    owner ?? '',
  ])
  say(
    tableLines(
      [[columns.title, columns.runbook, columns.lastGreen, columns.duration, columns.owner], ...rows],
      Math.max(80, process.stdout.columns || 80),
    ).join('\n'),
  )
  return EXIT.passed
}

/** Title before alert names, sections and steps. */
function rankOf({ title, alerts, headings }: Runbook, wanted: string): number {
  if (fold(title.value).includes(wanted)) return 3
  if (alerts.some((alert) => fold(alert).includes(wanted))) return 2
  return headings.some(({ text }) => fold(text).includes(wanted)) ? 1 : 0
}

function foundOf(
  { title, info }: Runbook,
  source: string,
  { file, rank }: { readonly file: string; readonly rank: number },
): Found {
  const green = readRows(source).findLast(({ cells }) =>
    ['passed', 'réussi'].includes((cells['result'] ?? '').trim().toLowerCase()),
  )
  const estimate = info.estimatedTime?.value ?? ''
  return {
    file,
    title: title.value,
    owner: info.owner?.value ?? null,
    estimateMs: parseDuration(estimate) ?? proseDuration(estimate),
    lastPassed: green?.cells['date'] ?? null,
    rank,
  }
}
