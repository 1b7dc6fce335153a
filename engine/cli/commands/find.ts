import { basename, join, relative } from 'node:path'
import { glanceAt, outlineOf, type Glance, type Outline } from '../../document/glance.ts'
import { decodeRunbook } from '../../document/parse.ts'
import { visibleLine } from '../../language/control.ts'
import { fold } from '../../language/fold.ts'
import { nearest } from '../../language/nearest.ts'
import { realPath } from '../../local/record.ts'
import { tableLines } from '../../terminal/table.ts'
import { listMarkdownFiles } from '../../workspace/markdown-files.ts'
import { readBounded } from '../../workspace/text-file.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { lastPassed } from '../earlier-runs.ts'
import { say } from '../output.ts'
import { openPlace } from '../place.ts'
import { runGit } from '../run-git.ts'

interface Found {
  readonly path: string
  readonly glance: Glance
  readonly rank: number
}

/** `find TEXT`: runbooks by title, section, alert name, step; accents and case do not count. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const text = args.join(' ')
  const wanted = foldWords(text)
  const read = await readOutlines(place.root)
  const found = read
    .flatMap(({ file, outline }): Found[] => {
      if (!holds(foldWords(`${nameOf(file)}\n${wordsIn(outline)}`), wanted)) return []
      const glance = glanceAt(file, outline)
      const rank = glance === null ? 0 : rankOf(glance, wanted)
      return glance === null || rank === 0 ? [] : [{ path: join(place.root, file), glance, rank }]
    })
    .toSorted((a, b) => b.rank - a.rank || (a.path < b.path ? -1 : 1))
  const real = new Map(found.map(({ path }) => [path, realPath(path)]))
  const passed = lastPassed(place.runs, new Map(found.map(({ path, glance }) => [real.get(path) ?? path, glance.rows])))
  const list = found.map(({ path, glance }) => ({
    file: relative(process.cwd(), path),
    title: glance.title,
    owner: glance.owner,
    estimateMs: glance.estimateMs,
    lastPassed: passed.get(real.get(path) ?? path) ?? null,
  }))
  if (place.json) {
    say(JSON.stringify(list))
    return list.length === 0 ? EXIT.failed : EXIT.passed
  }
  const { cli, overview } = place.words
  if (list.length === 0) {
    say(cli.nothingFound(visibleLine(text), visibleLine(nearestName(wanted, read) ?? '')))
    return EXIT.failed
  }
  const { columns } = cli
  const rows = list.map(({ file, title, owner, estimateMs, lastPassed: last }) => [
    title,
    file,
    last ?? overview.neverRun,
    estimateMs === null ? '' : cli.estimateIn(estimateMs),
    owner ?? '',
  ])
  say(
    [
      ...tableLines(
        [[columns.title, columns.runbook, columns.lastGreen, columns.duration, columns.owner], ...rows],
        Math.max(80, process.stdout.columns || 80),
        { keep: [1, 2, 3] },
      ),
      '',
      cli.findLast(list.length),
    ].join('\n'),
  )
  return EXIT.passed
}

async function readOutlines(root: string): Promise<readonly { readonly file: string; readonly outline: Outline }[]> {
  const files = await listMarkdownFiles(root, runGit)
  const read = await Promise.all(
    files.map(async (file) => {
      const bytes = await readBounded(join(root, file)).catch(() => '')
      const decoded = typeof bytes === 'string' ? null : decodeRunbook(bytes)
      return decoded?.ok === true ? [{ file, outline: outlineOf(decoded.source) }] : []
    }),
  )
  return read.flat()
}

/** Folded, and what French writes in one letter as people type it. */
const foldWords = (text: string): string => fold(text).replaceAll('œ', 'oe').replaceAll('æ', 'ae')

/** The title of a runbook that has none of its own. */
const nameOf = (file: string): string => basename(file).replace(/\.(?:md|markdown)$/i, '')

const wordsIn = ({ headings, text }: Outline): string => [...headings, text].join('\n')

/** The whole phrase, or each of its words somewhere. */
const holds = (text: string, wanted: string): boolean =>
  text.includes(wanted) || wanted.split(' ').every((word) => text.includes(word))

/** Title before alert names, sections and steps; the words as they were typed before the words anywhere. */
function rankOf({ title, alerts, names }: Glance, wanted: string): number {
  const places = [[title], alerts, names].map((texts) => texts.map(foldWords))
  const phrase = places.findIndex((texts) => texts.some((text) => text.includes(wanted)))
  if (phrase !== -1) return 5 - phrase
  return places[0]?.some((text) => holds(text, wanted)) === true ? 2 : holds(places.flat().join('\n'), wanted) ? 1 : 0
}

/** The title, heading or alert name that has a word most like the one that was typed. */
function nearestName(wanted: string, read: readonly { readonly file: string; readonly outline: Outline }[]): string | null {
  const names = new Map<string, string>()
  for (const { file, outline } of read)
    for (const text of [
      ...namesIn(file, outline),
      ...Array.from(outline.text.matchAll(/(?<=`)[^`\n]+(?=`)/g), ([code]) => code),
    ]) {
      const name = text.replace(/^runbook\s*:\s*/i, '').trim()
      const folded = foldWords(name)
      for (const word of [folded, ...folded.split(/[^\p{L}\p{N}]+/u)])
        if (word.length > 2 && !names.has(word)) names.set(word, name)
    }
  return names.get(nearest(wanted, names.keys()) ?? '') ?? null
}

/** Headings, and what else stands for a title: none at all were cut out where a heading is made by the line below it. */
function namesIn(file: string, outline: Outline): readonly string[] {
  const { headings, text } = outline
  if (headings.length > 0) return /^#[ \t]/m.test(text) ? headings : [nameOf(file), ...headings]
  const glance = glanceAt(file, outline)
  return glance === null ? [] : [glance.title, ...glance.names]
}
