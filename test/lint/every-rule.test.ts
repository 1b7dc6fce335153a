import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import { lint } from '../../engine/lint/lint.ts'
import { rules } from '../../engine/lint/rules.ts'
import { world } from './context.ts'
import { examplesOf, ruleFiles } from './examples-of.ts'

test('every file is a rule of the list, under its own name, with its place in the docs', () => {
  expect(rules.map(({ name }) => name)).toEqual(ruleFiles)
  expect(rules.map(({ url }) => url)).toEqual(ruleFiles.map((name) => `docs/lint.md#${name}`))
})

describe.each(ruleFiles)('%s', (rule) => {
  const examples = examplesOf(rule)

  test('has an example of what is right', () => {
    expect(examples.some(({ expected }) => expected.length === 0)).toBe(true)
  })

  test.each(examples)('example $number reports what it says', ({ markdown, shift, expected }) => {
    const { runbook } = parseRunbook({ file: 'example.md', source: markdown })
    if (runbook === null) throw new Error('the example is no runbook')
    const found = lint(runbook, world)
      .filter((problem) => problem.rule === rule)
      .map(({ place, severity }) => `${place.line - shift}:${place.column} ${severity}`)
    expect(found).toEqual(expected)
  })

  test.each(examples)('example $number is read the same with CRLF line ends', ({ markdown, shift, expected }) => {
    const { runbook } = parseRunbook({ file: 'example.md', source: markdown.replaceAll('\n', '\r\n') })
    if (runbook === null) throw new Error('the example is no runbook')
    const found = lint(runbook, world)
      .filter((problem) => problem.rule === rule)
      .map(({ place, severity }) => `${place.line - shift}:${place.column} ${severity}`)
    expect(found).toEqual(expected)
  })
})
