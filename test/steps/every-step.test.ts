import { execFileSync } from 'node:child_process'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { stepText } from '../../engine/cli/commands/steps.ts'
import { wordsOf } from '../../engine/words/words.ts'
import { ownSteps } from '../docs/pages.ts'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../steps/', import.meta.url))
const files = (readdirSync(folder, { recursive: true }) as string[]).filter(
  (file) => file.endsWith('.ts') && !/(^|\/)(support|lab)\//.test(file),
)
const types = await ownSteps()

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>
  readonly additionalProperties?: unknown
}

test('each is named by its path', () => {
  expect(types.map(({ name }) => name).toSorted()).toEqual(
    files.map((file) => file.replace(/\.ts$/, '').replaceAll('/', '.')).toSorted(),
  )
})

describe.each(types.map((type) => [type.name, type] as const))('%s', (_, type) => {
  test('says what it does in one sentence, and whether it changes anything', () => {
    expect(type.summary).toMatch(/^[A-Z].*\.$/)
    expect(['reads', 'changes', 'destroys']).toContain(type.effect)
    if (type.effect === 'destroys') expect(typeof type.check === 'function').toBe(true)
  })

  test('is shown to people at 80 columns', () => {
    const lines = stepText(type, wordsOf('en')).split('\n')
    expect(lines[0]).toBe(`${type.name} (${type.effect})`)
    // Examples and sentences are as long as they are; the tables of fields are not.
    const tables = lines.slice(0, lines.indexOf('Examples'))
    for (const line of tables.slice(2)) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  test('takes nothing that it does not know, and describes each field', () => {
    const input = z.toJSONSchema(type.input, { io: 'input', unrepresentable: 'any' }) as Schema
    const output = z.toJSONSchema(type.output, { unrepresentable: 'any' }) as Schema
    expect(input.additionalProperties).toBe(false)
    for (const schema of [input, output])
      for (const [name, field] of Object.entries(schema.properties ?? {})) expect(field.description ?? '', name).not.toBe('')
  })

  test.each(type.examples.map(({ title, yaml, says }) => [title, yaml, says] as const))('%s', (__, yaml, says) => {
    const input: unknown = type.input.parse(parse(yaml))
    expect(type.describe(input)).toBe(says)
    expect(type.describe(input)).toBe(says)
    const byHand = type.byHand(input)
    expect(byHand.trim()).not.toBe('')
    execFileSync('bash', ['--norc', '-n'], { input: byHand, stdio: ['pipe', 'pipe', 'pipe'] })
    expect(type.input.safeParse({ ...(parse(yaml) as object), 'no such key': 1 }).success).toBe(false)
  })
})
