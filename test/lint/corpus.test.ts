import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { decodeRunbook, parseRunbook } from '../../engine/document/parse.ts'
import type { Runbook } from '../../engine/model/runbook.ts'
import { blocksToEdit, lint } from '../../engine/lint/lint.ts'
import { world } from './context.ts'

/** Real runbooks; set REPRISE_CORPUS to a folder of Markdown files, or lay them beside the checkout. */
const corpus = process.env['REPRISE_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url))

describe.skipIf(!existsSync(corpus))(`real runbooks (${existsSync(corpus) ? 'found' : 'skipped: set REPRISE_CORPUS'})`, () => {
  test('none makes lint stop, and each problem lies in its file', () => {
    const counts = new Map<string, number>()
    let files = 0
    let takenMs = 0
    for (const name of readdirSync(corpus, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.md')) continue
      const runbook = read(join(corpus, name))
      if (runbook === null) continue
      files += 1
      const exists = (path: string): boolean => existsSync(join(corpus, dirname(name), path))
      const started = performance.now()
      const problems = lint(runbook, { ...world, hosts: null, exists, anchorsOf: () => null })
      takenMs += performance.now() - started
      expect(blocksToEdit(problems, runbook).size).toBeLessThanOrEqual(problems.length)
      const lines = runbook.source.split('\n').length
      for (const { rule, severity, place } of problems) {
        expect(place.line).toBeLessThanOrEqual(lines)
        counts.set(`${severity} ${rule}`, (counts.get(`${severity} ${rule}`) ?? 0) + 1)
      }
      if (process.env['REPRISE_SHOW']) show(name, runbook, problems)
    }
    expect(files).toBeGreaterThan(0)
    const table = [...counts]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([what, count]) => `${String(count).padStart(6)} ${what}`)
    process.stdout.write(`${files} files, ${Math.round(takenMs)} ms\n${table.join('\n')}\n`)
  })
})

function read(file: string): Runbook | null {
  const decoded = decodeRunbook(readFileSync(file))
  return decoded.ok ? parseRunbook({ file, source: decoded.source }).runbook : null
}

/** One line a problem of the rules named in REPRISE_SHOW, with the source. */
function show(
  name: string,
  runbook: Runbook,
  problems: readonly { rule: string; severity: string; place: { line: number; column: number }; reason: string }[],
): void {
  const lines = runbook.source.split('\n')
  for (const { rule, severity, place, reason } of problems) {
    if (process.env['REPRISE_SHOW'] !== rule && process.env['REPRISE_SHOW'] !== severity) continue
    process.stdout.write(
      `${name}:${place.line}:${place.column} ${severity} ${rule} ${reason}\n    ${lines[place.line - 1] ?? ''}\n`,
    )
  }
}
