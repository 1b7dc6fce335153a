import { visible } from '../language/control.ts'
import { fold } from '../language/fold.ts'
import type { ColumnKey, HistoryRow } from '../model/history.ts'
import type { Lang } from '../model/runbook.ts'

/** Columns of a *Change history* table. */
export type ChangeKey = 'day' | 'author' | 'change'

const runColumns: ReadonlyMap<string, ColumnKey> = new Map<string, ColumnKey>([
  ['run', 'run'],
  ['execution', 'run'],
  ['date (utc)', 'date'],
  ['date', 'date'],
  ['operator', 'operator'],
  ['operateur', 'operator'],
  ['mode', 'mode'],
  ['environment', 'environment'],
  ['environnement', 'environment'],
  ['result', 'result'],
  ['resultat', 'result'],
  ['duration', 'duration'],
  ['duree', 'duration'],
  ['rto/rpo', 'measures'],
  ['failed step', 'failedStep'],
  ['etape en echec', 'failedStep'],
  ['etape echouee', 'failedStep'],
  ['log', 'log'],
  ['journal', 'log'],
  ['chain', 'chain'],
  ['chaine', 'chain'],
])

const changeColumns: ReadonlyMap<string, ChangeKey> = new Map<string, ChangeKey>([
  ['date', 'day'],
  ['author', 'author'],
  ['auteur', 'author'],
  ['change', 'change'],
  ['changes', 'change'],
  ['modification', 'change'],
  ['modifications', 'change'],
])

function foldHeader(text: string): string {
  return fold(text).replace(/\s*\/\s*/g, '/')
}

/** The engine's column of a run history's header, or null. */
export function runColumn(header: string): ColumnKey | null {
  return runColumns.get(foldHeader(header)) ?? null
}

/** The column of a change history's header, or null. */
export function changeColumn(header: string): ChangeKey | null {
  return changeColumns.get(foldHeader(header)) ?? null
}

const engine: Readonly<Record<Lang, { readonly heading: string; readonly columns: readonly (readonly [ColumnKey, string])[] }>> =
  {
    en: {
      heading: 'Run history',
      columns: [
        ['run', 'Run'],
        ['date', 'Date (UTC)'],
        ['operator', 'Operator'],
        ['environment', 'Environment'],
        ['result', 'Result'],
        ['duration', 'Duration'],
        ['measures', 'RTO / RPO'],
        ['log', 'Log'],
      ],
    },
    fr: {
      heading: 'Historique des exécutions',
      columns: [
        ['run', 'Exécution'],
        ['date', 'Date (UTC)'],
        ['operator', 'Opérateur'],
        ['environment', 'Environnement'],
        ['result', 'Résultat'],
        ['duration', 'Durée'],
        ['measures', 'RTO / RPO'],
        ['log', 'Journal'],
      ],
    },
  }

/** Heading of the section that the engine adds. */
export function runsHeading(lang: Lang): string {
  return engine[lang].heading
}

/** Headers of the table that the engine makes; *RTO / RPO* only where the runbook has a target. */
export function engineHeaders(lang: Lang, measures: boolean): readonly string[] {
  return engine[lang].columns.filter(([key]) => measures || key !== 'measures').map(([, header]) => header)
}

/** Headers of the change history table that the engine makes below a heading without one. */
export function changeHeaders(lang: Lang): readonly string[] {
  return lang === 'fr' ? ['Date', 'Auteur', 'Modification'] : ['Date', 'Author', 'Change']
}

/** The Markdown of a row's cell below a header; `—` where the engine has nothing to say. */
export function cellOf(row: HistoryRow, header: string, where: 'runs' | 'changes'): string {
  if (where === 'changes') {
    const key = changeColumn(header)
    if (key === 'day') return escapeCell(row.change.date)
    if (key === 'author') return escapeCell(row.change.author)
    if (key === 'change') return inOneLine(row.change.change)
  }
  const key = runColumn(header)
  if (key === null) return '—'
  const value = key === 'run' ? row.run : row.cells[key]
  if (value === '') return '—'
  if (key === 'run') return `\`${inOneLine(value.replaceAll('`', ''))}\``
  return key === 'log' && row.link !== null && value !== '—'
    ? `[${escapeCell(value)}](${escapeUrl(row.link)})`
    : escapeCell(value)
}

/** Markdown that is already written: only what would break the row is changed. */
function inOneLine(text: string): string {
  return visible(text)
    .replace(/(\\*)\|/g, (_all, slashes: string) => (slashes.length % 2 === 0 ? `${slashes}\\|` : `${slashes}|`))
    .replace(/\s*(?:\r\n|\n|\r)\s*/g, '<br>')
    .replaceAll('\t', ' ')
    .trim()
}

/** Text as a cell's Markdown: what it says is what is read, whatever marks it holds. */
export function escapeCell(text: string): string {
  const escaped = visible(text.replaceAll('\t', ' '))
    .trim()
    .replace(/\\/g, '\\\\')
    .replace(/[|`*~[\]<]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/_/g, (mark, at: number, all: string) => (isWord(all[at - 1]) && isWord(all[at + 1]) ? mark : `\\${mark}`))
    .replace(/!(?=\\\[)/g, '\\!')
    .replace(/[ ]*(?:\r\n|\n|\r)\s*/g, '<br>')
  return escaped === '' ? '—' : escaped
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char)
}

function escapeUrl(url: string): string {
  return url.replace(/[\s()<>|\\`]/g, (char) => encodeURIComponent(char).replace('(', '%28').replace(')', '%29'))
}
