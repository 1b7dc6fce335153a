import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { describeWith } from '../support/describe-with.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const file = join(root, 'templates/kafka/prometheus-rules.yml')
const cases = join(root, 'test/templates/prometheus-rules.test.yml')

interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
interface Rule {
  readonly alert?: string
  readonly expr: string
  readonly annotations?: { readonly summary: string; readonly runbook: string }
}

const rules = (parse(readFileSync(file, 'utf8')) as Rules).groups.flatMap((group) => group.rules)
const alerts = rules.filter(({ alert }) => alert !== undefined)

test('every alert names a runbook that is there and says that it is for this alert', () => {
  expect(alerts.length).toBeGreaterThan(15)
  for (const { alert = '', annotations } of alerts) {
    const runbook = join(root, annotations?.runbook ?? 'none')
    expect(existsSync(runbook), `${alert}: ${runbook}`).toBe(true)
    expect(readFileSync(runbook, 'utf8'), `${alert} in ${runbook}`).toContain(`\`${alert}\``)
  }
})

test('every alert that a shipped runbook is for is one of the rules', () => {
  const folder = join(root, 'runbooks/kafka')
  const named = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const [, when = ''] =
        /^## (?:When to use|Quand utiliser).*\n([^]*?)^## /m.exec(readFileSync(join(folder, name), 'utf8')) ?? []
      const lines = when.split('\n').filter((line) => /^- .*\balert/i.test(line))
      return [...lines.join('\n').matchAll(/`([A-Z]\w+)`/g)].map(([, alert = '']) => ({ name, alert }))
    })
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter(({ alert }) => !alerts.some((rule) => rule.alert === alert))).toEqual([])
})

test('every alert has a case in which it fires', () => {
  const text = readFileSync(cases, 'utf8')
  const fires = [...text.matchAll(/alertname: (\w+)\n +exp_alerts:/g)].map(([, name]) => name)
  expect(alerts.map(({ alert }) => alert).filter((name) => !fires.includes(name))).toEqual([])
})

describeWith(['promtool'], 'promtool', () => {
  const promtool = async (...words: string[]): Promise<string> => (await promisify(execFile)('promtool', words)).stdout

  test('takes the rules', async () => {
    expect(await promtool('check', 'rules', file)).toContain(`${rules.length} rules found`)
  })

  test('finds that each alert fires when it should, and only then', async () => {
    expect(await promtool('test', 'rules', cases)).toContain('SUCCESS')
  }, 180_000)
})
