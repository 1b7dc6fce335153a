import { parseExpression } from '../language/expression.ts'
import type { Place } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import type { Code } from './codes.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import type { Spot } from './spots.ts'

/** An expression's text, and where each of its characters stands. */
export interface Written {
  readonly source: string
  readonly at: (offset: number) => { readonly line: number; readonly column: number }
  readonly rule: Code
}

/** Reports an expression that cannot be read, at the character where it goes wrong. */
export function checkExpression(reading: Reading, { source, at, rule }: Written): void {
  const parsed = parseExpression(source)
  if (parsed.ok) return
  const from = at(Math.min(parsed.offset, source.length))
  const word = /^(?:[\p{L}\p{N}_]+|\S)/u.exec(source.slice(parsed.offset))?.[0] ?? ''
  const to = word === '' ? { line: from.line, column: from.column + 1 } : at(parsed.offset + word.length)
  const place: Place = { line: from.line, column: from.column, endLine: to.line, endColumn: Math.max(to.column, from.column + 1) }
  report(reading, { rule, place, reason: parsed.reason, expected: parsed.expected, actual: word === '' ? source : word })
}

/** Checks the conditions of decisions and of **Only if**. */
export function checkExpressions(reading: Reading, _runbook: Runbook, spots: readonly Spot[]): void {
  const inCode = (source: string, place: Place): void =>
    checkExpression(reading, {
      source,
      rule: 'expression',
      at: (offset) => ({ line: place.line, column: place.column + offset }),
    })
  // A condition that is not in code is told so already.
  const told = new Set(
    reading.problems.filter(({ rule }) => rule === 'decision-condition').map(({ place }) => `${place.line}:${place.column}`),
  )
  for (const { item } of spots) {
    if (item.type === 'decision' && item.by === 'condition')
      for (const { when } of item.rows)
        if (when !== null && !told.has(`${when.place.line}:${when.place.column}`)) inCode(when.value, when.place)
    if (item.type !== 'label' || item.name !== 'only-if') continue
    const [code, second] = item.codes
    if (code === undefined) inCode(item.plain, item.textPlace)
    else if (second === undefined) inCode(code.value, code.place)
    else
      report(reading, {
        rule: 'expression',
        place: second.place,
        reason: 'Unexpected second expression, expected one in code',
        actual: second.value,
        cause: code,
      })
  }
}
