import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { isGreen } from '../../../engine/cli/earlier-runs.ts'
import { readRows } from '../../../engine/document/history-read.ts'
import { spliceRow } from '../../../engine/document/history-splice.ts'
import type { ColumnKey, HistoryRow } from '../../../engine/model/history.ts'

const shipped = fileURLToPath(new URL('../../../', import.meta.url))
const KEYS: readonly ColumnKey[] = 'run date operator mode environment result duration measures failedStep log chain'.split(
  ' ',
) as ColumnKey[]

/**
 * With `REPRISE_KEEP_ROWS=1`, the row of the run that has just passed on a copy of a shipped runbook goes into the runbook itself, in
 * the place of an older one of the same environment. For the map of the runbooks, when a release is made; else it does nothing.
 */
export function keepRow(root: string, file: string): void {
  if (process.env['REPRISE_KEEP_ROWS'] !== '1') return
  const row = readRows(readFileSync(join(root, file), 'utf8')).findLast(isGreen)
  if (row === undefined || row.run === null) return expect.unreachable(`no run of ${file} has passed here`)
  const { run, cells } = row
  // It is published: it says which role it was, and nothing of the machine.
  expect(cells['operator']).toBe('operator')
  expect(Object.values(cells).join(' ')).not.toMatch(/(?:^|\s)\/|@/)
  const source = readFileSync(join(shipped, file), 'utf8')
  const old = readRows(source).filter((one) => one.cells['environment'] === cells['environment'])
  const lines = new Set(old.map(({ line }) => line))
  const rest = source.split('\n').filter((_, index) => !lines.has(index + 1))
  const known = Object.fromEntries(KEYS.map((key) => [key, cells[key] ?? ''])) as HistoryRow['cells']
  const kept = { run, cells: known, link: null, change: { date: '', author: '', change: '' } }
  const spliced = spliceRow(rest.join('\n'), kept, file.endsWith('.fr.md') ? 'fr' : 'en')
  if (!spliced.ok) return expect.unreachable(`${file}: its row cannot be kept`)
  writeFileSync(join(shipped, file), spliced.source)
}
