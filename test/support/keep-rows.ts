import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { isGreen } from '../../engine/cli/earlier-runs.ts'
import { type ReadRow, readRows } from '../../engine/document/history-read.ts'
import { spliceRow } from '../../engine/document/history-splice.ts'
import { readRecord } from '../../engine/local/record.ts'
import type { ColumnKey, HistoryRow } from '../../engine/model/history.ts'

const shipped = fileURLToPath(new URL('../../runbooks/', import.meta.url))
const KEYS = 'run date operator mode environment result duration measures failedStep log chain'.split(' ') as ColumnKey[]

/** How many steps the run has done whose row a runbook holds: a run that a decision stopped early passed too, and shows less. */
const doneBefore = new Map<string, number>()

/**
 * With `REPRISE_KEEP_ROWS=1`, the newest row of a run that passed on a copy of a shipped runbook goes into the runbook itself, in the
 * place of the one before. For the map of the runbooks, when a release is made; else it does nothing. `root` has the copies.
 */
export function keepRows(root: string): void {
  if (process.env['REPRISE_KEEP_ROWS'] !== '1') return
  const copies = (readdirSync(root, { recursive: true }) as string[]).filter((file) => /^runbooks\/.*\.md$/.test(file))
  for (const file of copies) keepRow(root, file)
}

/** It was run by a role, and its row is published: no person's is kept. */
const isOurs = ({ run, cells }: ReadRow): boolean => run !== null && cells['operator'] === 'operator'

function keepRow(root: string, file: string): void {
  const own = join(shipped, '..', file)
  const [ran, source] = [join(root, file), own].map((path) => readFileSync(path, 'utf8')) as [string, string]
  const row = readRows(ran).findLast((one) => isOurs(one) && isGreen(one))
  const before = readRows(source).filter(isOurs)
  if (row?.run == null || before.some(({ run }) => run === row.run) || !isSame(ran, source)) return
  const { run, cells } = row
  const done = stepsDone(root, run)
  if (done < (doneBefore.get(file) ?? 0)) return
  doneBefore.set(file, done)
  expect(Object.values(cells).join(' '), `a row of ${own} with a path of the machine`).not.toMatch(/\s\/\w|^\/|@/)
  const rest = withoutLines(source, before)
  const known = Object.fromEntries(KEYS.map((key) => [key, cells[key] ?? ''])) as HistoryRow['cells']
  const kept = { run, cells: known, link: null, change: { date: '', author: '', change: '' } }
  const spliced = spliceRow(rest, kept, own.endsWith('.fr.md') ? 'fr' : 'en')
  if (!spliced.ok) return expect.unreachable(`the row of ${own} cannot be kept`)
  writeFileSync(own, spliced.source)
}

function stepsDone(root: string, run: string): number {
  const facts = readRecord(join(root, '.reprise/runs'), run)?.facts ?? []
  return new Set(facts.flatMap((fact) => (fact.type === 'step-ended' && fact.outcome.status === 'done' ? [fact.key] : []))).size
}

/** A test may have put something into its copy to make it fail: what then passed is not what is shipped. */
const isSame = (ran: string, source: string): boolean =>
  bare(withoutLines(ran, readRows(ran))) === bare(withoutLines(source, readRows(source)))

const bare = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

function withoutLines(text: string, rows: readonly ReadRow[]): string {
  const lines = new Set(rows.map(({ line }) => line))
  return text
    .split('\n')
    .filter((_, index) => !lines.has(index + 1))
    .join('\n')
}
