import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { describeWith } from '../support/describe-with.ts'
import { namesIn, shippedText } from './metric-names.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly fieldConfig: {
    readonly defaults: { readonly thresholds: { readonly steps: readonly { readonly value: number | null }[] } }
  }
  readonly targets: readonly { readonly expr: string }[]
}

const dashboard = JSON.parse(shippedText('templates/kafka/grafana-kafka-health.json')) as { readonly panels: readonly Panel[] }
const { panels } = dashboard
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
const recorded = [...shippedText('templates/kafka/prometheus-rules.yml').matchAll(/record: (\S+)/g)].map(([, name]) => name)

test('no panel is of a type that Grafana has removed', () => {
  // `graph`, `singlestat` and the old `table-old` and `heatmap-new` are gone since 11.
  for (const { type, title } of panels) expect(['stat', 'timeseries', 'table', 'bargauge', 'gauge'], title).toContain(type)
})

test('panels have an id each, lie in 24 columns and do not cover each other', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Map<string, string>()
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.get(`${x} ${y}`), `${title} lies on`).toBeUndefined()
        taken.set(`${x} ${y}`, title)
      }
  }
})

test('thresholds are where Grafana looks for them, begin without a value and rise', () => {
  for (const { title, fieldConfig } of panels) {
    const [first, ...rest] = fieldConfig.defaults.thresholds.steps.map(({ value }) => value)
    expect(first, title).toBeNull()
    expect(
      rest.toSorted((one, other) => (one ?? 0) - (other ?? 0)),
      title,
    ).toEqual(rest)
  }
})

test('every recorded series that it asks for is recorded, and no series of topics is counted with the broker', () => {
  const wanted = expressions.flatMap(namesIn).filter((name) => name.startsWith('kafka:'))
  expect(wanted.length).toBeGreaterThan(4)
  for (const name of wanted) expect(recorded).toContain(name)
  for (const expr of expressions) if (expr.includes('brokertopicmetrics')) expect(expr).toContain('topic=""')
})

describeWith(['promtool'], 'its queries', () => {
  test('are PromQL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-grafana-'))
    try {
      const rules = expressions.map((expr, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$cluster', 'any'),
      }))
      writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'panels', rules }] }))
      const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', join(folder, 'rules.yml')])
      expect(stdout).toContain(`${expressions.length} rules found`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
