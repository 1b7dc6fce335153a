import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readRows } from '../../engine/document/history-read.ts'
import { spliceRow } from '../../engine/document/history-splice.ts'
import { parseRunbook } from '../../engine/document/parse.ts'
import { rowOf } from './history-rows.ts'

const folder = fileURLToPath(new URL('examples/', import.meta.url))
/** The chapter's own template, its outer fence mended: a text file, so that no formatter mends the rest. */
const template = 'seed-template.txt'
const read = (file: string): string => readFileSync(folder + (file === template ? `../${file}` : file), 'utf8')

describe.each([...readdirSync(folder), template])('%s', (file) => {
  const source = read(file)

  test('has no problem, with any line ends', () => {
    for (const text of [source, source.replaceAll('\n', '\r\n'), `\uFEFF${source}`]) {
      const { runbook, problems } = parseRunbook({ file, source: text })
      expect(problems).toEqual([])
      expect(runbook?.sections.flatMap(({ steps }) => steps).length).toBeGreaterThan(0)
    }
  })

  test('gets a row, once', () => {
    const row = rowOf('r-261122-2b9x')
    const spliced = spliceRow(source, row, 'en')
    expect(spliced).toMatchObject({ ok: true, changed: true })
    if (spliced.ok) expect(spliceRow(spliced.source, row, 'en')).toMatchObject({ changed: false })
  })
})

test('the failover is understood as its authors mean it', () => {
  const { runbook } = parseRunbook({ file: 'failover-dr.en.md', source: read('failover-dr.en.md') })
  expect(runbook).toMatchObject({
    lang: 'en',
    title: { value: 'Kafka failover to the DR cluster' },
    escalation: { attempts: 3, afterMs: 1_800_000 },
    info: {
      rtoTarget: { value: { ms: 900_000, until: '#step-7-prove-that-clients-can-write-and-read' } },
      rpoTarget: { value: { ms: 60_000, measuredBy: null } },
    },
  })
  const roles = runbook?.sections.flatMap(({ steps }) =>
    steps.map(({ items }) =>
      items.flatMap((item) => (item.type === 'block' ? [item.role] : item.type === 'decision' ? ['decision'] : [])),
    ),
  )
  expect(roles).toEqual([
    ['check', 'decision'],
    ['check'],
    ['check', 'decision'],
    [],
    ['command', 'validate', 'rollback'],
    ['command', 'wait', 'rollback'],
    ['validate'],
    ['notify'],
  ])
})

test('the histories of the examples are data', () => {
  expect(readRows(read('failover-dr.en.md')).map(({ cells }) => cells)).toEqual([
    {
      run: 'r-260914-7f3k',
      date: '2026-09-14 07:02',
      operator: 'a.martin',
      environment: 'staging, drill (partial)',
      result: 'passed',
      duration: '11m42s',
      measures: '9m05s (1 step simulated) / 4s',
      log: '9c1f2ab04d11',
    },
  ])
  expect(readRows(read('redemarrage-broker.fr.md')).map(({ run, cells }) => [run, cells])).toEqual([
    [null, { date: '2026-11-20', author: 'S. Petit', change: "Attente de la synchronisation au lieu d'une pause fixe" }],
    [
      'r-261121-2b9x',
      {
        run: 'r-261121-2b9x',
        date: '2026-11-21',
        operator: 'a.martin',
        environment: 'staging',
        mode: 'assisté',
        result: 'réussi',
        duration: '6m12s',
      },
    ],
  ])
})
