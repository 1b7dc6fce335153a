import { parseDuration } from '../language/duration.ts'
import { evaluate, namesIn, parseExpression } from '../language/expression.ts'
import type { Value } from '../model/value.ts'

/** Whether a test may start, by its `abort_if`: `with` names the values that were looked at. */
export type AbortIf =
  | { readonly status: 'holds' | 'does-not-hold'; readonly with: string }
  | { readonly status: 'not-known'; readonly reason: string }

/** Judges the condition over the values that are given; what cannot be judged is not known, and never taken for false. */
export function judgeAbortIf(text: string, given: Readonly<Record<string, string | undefined>>): AbortIf {
  const parsed = parseExpression(text)
  if (!parsed.ok) return { status: 'not-known', reason: parsed.reason }
  const names = [...new Set(namesIn(parsed.expression).map(({ name }) => name))]
  const values: Record<string, Value> = {}
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name]?.trim() : undefined
    // Each name is needed: `a or b` says nothing of a value that is missing.
    if (value === undefined || value === '') return { status: 'not-known', reason: `${name} has no value` }
    values[name] = { type: typeOf(value), text: value }
  }
  const found = evaluate(parsed.expression, values)
  if (!found.ok) return { status: 'not-known', reason: found.reason }
  if (typeof found.value !== 'boolean') return { status: 'not-known', reason: `it is ${found.value}, neither true nor false` }
  const seen = names.map((name) => `${name}=${given[name]?.trim()}`).join(', ')
  return { status: found.value ? 'holds' : 'does-not-hold', with: seen }
}

function typeOf(text: string): 'number' | 'bool' | 'duration' | 'string' {
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return 'number'
  if (text === 'true' || text === 'false') return 'bool'
  return parseDuration(text) === null ? 'string' : 'duration'
}
