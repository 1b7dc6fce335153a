/* The map of the shipped runbooks: what there is, what of the customer's chapter it covers, and when it last passed. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { isGreen } from '../../engine/cli/earlier-runs.ts'
import { readRows } from '../../engine/document/history-read.ts'
import { parseRunbook } from '../../engine/document/parse.ts'

const folder = fileURLToPath(new URL('../../runbooks/', import.meta.url))

const chapter = z.array(
  z.strictObject({
    item: z.int().positive(),
    title: z.string().min(1),
    by: z.array(z.string().min(1)).describe('Runbooks and artefacts from `runbooks/`, or names of step types.'),
    note: z.string().min(1).optional(),
  }),
)

interface Shipped {
  readonly file: string
  readonly title: string
  readonly lang: string
  readonly when: string
  readonly takes: string
  readonly lastGreen: string
}

/** Every shipped runbook, in the order of its path. */
export function shippedRunbooks(): readonly Shipped[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.md') && basename(file) !== 'README.md')
    .toSorted()
    .map((file) => {
      const source = readFileSync(join(folder, file), 'utf8')
      const { runbook } = parseRunbook({ file, source })
      if (runbook === null) throw new Error(`${file} is no runbook`)
      const green = readRows(source).filter(isGreen)
      return {
        file,
        title: runbook.title.value,
        lang: runbook.lang,
        when: firstLine(runbook.when ?? ''),
        takes: runbook.info.estimatedTime?.value ?? '—',
        lastGreen:
          green
            .map(({ cells }) => `${cells['date'] ?? ''}`)
            .toSorted()
            .at(-1) ?? '',
      }
    })
}

/** What the chapter asks for, as `runbooks/chapter.yaml` lists it. */
export const chapterItems = (): z.infer<typeof chapter> =>
  chapter.parse(parse(readFileSync(join(folder, 'chapter.yaml'), 'utf8')))

const firstLine = (text: string): string =>
  (text.split('\n').find((line) => line.trim() !== '') ?? '')
    .replace(/^\s*[-*]\s*/, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('|', String.raw`\|`)

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row).join('\n')

/** `runbooks/README.md`. */
export function runbooksPage(): string {
  const all = shippedRunbooks()
  const byFile = new Map(all.map((one) => [one.file, one]))
  const twinOf = ({ file }: Shipped): Shipped | undefined => byFile.get(file.replace(/\.md$/, '.fr.md'))
  const link = ({ file, title }: Shipped): string => `[${title}](${file})`
  const green = (one: Shipped | undefined): string =>
    [one?.lastGreen ?? '', one === undefined ? '' : (twinOf(one)?.lastGreen ?? '')].toSorted().at(-1) ?? ''
  const rows = all
    .filter(({ file }) => !file.endsWith('.fr.md'))
    .map((one) => {
      const twin = twinOf(one)
      return [
        link(one) + (twin === undefined ? '' : `, [en français](${twin.file})`),
        one.when,
        one.takes,
        green(one) || 'none kept',
      ]
    })
  const cover = (by: string): string => {
    const runbook = byFile.get(by)
    if (runbook !== undefined) return link(runbook)
    return by.includes('/') ? `[${basename(by)}](${by})` : `[\`${by}\`](../docs/steps.md#${by.replaceAll('.', '')})`
  }
  const items = chapterItems().map(({ item, title, by, note }) => {
    const runbooks = by.filter((one) => byFile.has(one)).map((one) => green(byFile.get(one)))
    const covered = [...by.map(cover), ...(note === undefined ? [] : [note])].join(', ')
    return [String(item), title, covered, runbooks.length === 0 ? '—' : runbooks.toSorted()[0] || 'none kept']
  })
  return [
    '# Runbooks\n',
    '<!-- Made by `npm run docs` from the runbooks and chapter.yaml: change it there. -->\n',
    'Those in `kafka/` run on a lab of real brokers, as the tests run them, and on clusters of your own with an inventory that names the same parameters. `reprise lab up` starts the lab, `eval "$(reprise lab env)"` gives this shell its addresses and tools, `-e lab` runs there, `reprise lab down` ends it; the upgrade and its two companions want `--topology upgrade`, the migration to KRaft `--topology migration`, and what changes a name, writes messages or asks Prometheus `--services`. Each has its answers for a run with nobody there beside it: `reprise run NAME.md --unattended --answers NAME.answers.yaml`.\n',
    "A last green run is the newest passed row of the runbook's own history, or of its French text, whose blocks are the same. Rows of the lab are kept now and then, not by each run of the tests. An item that several runbooks serve has the date of the one whose green run is oldest.\n",
    `${table(['Runbook', 'When', 'Takes', 'Last green run (UTC)'], rows)}\n`,
    '## The chapter, item by item\n',
    'What the chapter on operating Kafka holds, and what does it here.\n',
    `${table(['Item', 'What it is', 'Here', 'Last green run (UTC)'], items)}\n`,
  ].join('\n')
}
