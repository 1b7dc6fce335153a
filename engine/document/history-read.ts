import type { ColumnKey } from '../model/history.ts'
import { runIn } from './conflict.ts'
import { changeColumn, runColumn } from './history-columns.ts'
import { locateHistory } from './history-locate.ts'
import type { HistoryTable } from './history-locate.ts'
import { bodyOf, isParent, placeOf, plainText } from './nodes.ts'
import type { Nodes, TableCell } from './nodes.ts'

/** A row of the history as data. */
export interface ReadRow {
  /** The run's id, or null for a row that a person wrote. */
  readonly run: string | null
  /** Texts by column key, unknown columns by their header, in the table's order. */
  readonly cells: Readonly<Record<string, string>>
  readonly line: number
}

/** The rows of a file's history, in their order; none where there is no table. */
export function readRows(source: string): ReadRow[] {
  const place = locateHistory(source)
  return place.ok && place.table !== null ? rowsOf(place.table) : []
}

/** The rows of a history table. */
export function rowsOf(table: HistoryTable): ReadRow[] {
  return bodyOf(table.node)
    .filter((row) => placeOf(row).line <= table.last)
    .map((row) => {
      const line = placeOf(row).line
      const texts = table.headers.map((header, index): [string, string] => [header, textOf(row.children[index])])
      return table.where === 'runs' ? runRow(texts, line) : changeRow(texts, line)
    })
}

function textOf(cell: TableCell | undefined): string {
  return cell === undefined ? '' : read(cell).trim()
}

function read(node: Nodes): string {
  if (node.type === 'html') return /^<br\s*\/?>$/i.test(node.value) ? '\n' : node.value
  return isParent(node) ? node.children.map(read).join('') : plainText(node)
}

function runRow(texts: readonly (readonly [string, string])[], line: number): ReadRow {
  const cells: Record<string, string> = {}
  for (const [header, text] of texts) cells[runColumn(header) ?? header] = text
  const run = cells['run'] ?? ''
  return { run: run === '' || run === '—' ? null : run, cells, line }
}

const sentence = /^(?:Run|Exécution)\s+(r-\S+)\s+\((?:(.*),\s)?([^,]*(?:\([^)]*\))?)\)\s*:\s*(.*?)(?:\s+(?:in|en)\s+(\S+))?$/su

/** A row of the change history: a run's sentence is taken apart, anything else stays by its header. */
function changeRow(texts: readonly (readonly [string, string])[], line: number): ReadRow {
  const said = texts.find(([header]) => changeColumn(header) === 'change')?.[1] ?? ''
  const found = sentence.exec(said)
  const keys: Readonly<Record<'day' | 'author' | 'change', ColumnKey | 'author' | 'change'>> =
    found === null ? { day: 'date', author: 'author', change: 'change' } : { day: 'date', author: 'operator', change: 'change' }
  const cells: Record<string, string> = {}
  if (found !== null) cells['run'] = found[1] ?? ''
  for (const [header, text] of texts) {
    const key = changeColumn(header)
    if (key !== null && found !== null && key === 'change') continue
    cells[key === null ? (runColumn(header) ?? header) : keys[key]] = text
  }
  if (found === null) return { run: runIn(`\`${/^(?:Run|Exécution)\s+(r-\S+)/u.exec(said)?.[1] ?? ''}\``), cells, line }
  const [, run = '', environment = '', mode = '', result = '', duration = ''] = found
  Object.assign(cells, {
    environment: environment === '' ? '—' : environment,
    mode,
    result,
    duration: duration === '' ? '—' : duration,
  })
  return { run, cells, line }
}
