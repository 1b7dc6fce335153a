import { evaluate, parseExpression } from '../language/expression.ts'
import { matches } from '../language/regex.ts'
import { checkValue, parseType } from '../language/type.ts'
import type { Outcome } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import type { Value, Values } from '../model/value.ts'

/** What a block's process left, before anybody judged it. */
export interface RawResult {
  readonly exit: number | null
  readonly signal: string | null
  readonly cause: 'timeout' | 'guard' | 'cancelled' | 'spawn' | 'unreached' | 'lost' | null
  readonly causeText: string
  /** Trimmed of the last line ends only; null: not valid UTF-8, or longer than 128 KiB. */
  readonly stdout: string | null
  /** Variables that the block assigned and that are captures. */
  readonly assigned: Readonly<Record<string, string>>
  /** Of a typed step: named outputs; a block's are null. */
  readonly output: Readonly<Record<string, unknown>> | null
}

export type Judged = Pick<Outcome, 'status' | 'cause' | 'captured'>

/** Judges a result by its exit, captures, `expect` and `assert`. Pure; the first cause wins. Captures of secrets come with their text: the host takes it away. */
export function judge(entry: Pick<PlanEntry, 'captures' | 'expect' | 'assert'>, raw: RawResult, values: Values): Judged {
  const failed = (type: NonNullable<Outcome['cause']>['type'], text: string): Judged => ({
    status: 'failed',
    cause: { type, text },
  })
  if (raw.cause === 'spawn') return { status: 'not-started', cause: { type: 'spawn', text: raw.causeText } }
  // A host that was not reached did nothing; one that was lost in the middle may have done it all.
  if (raw.cause === 'unreached') return { status: 'not-started', cause: { type: 'connection', text: raw.causeText } }
  if (raw.cause === 'lost') return { status: 'unknown', cause: { type: 'connection', text: raw.causeText } }
  if (raw.cause !== null) return failed(raw.cause, raw.causeText)
  if (raw.signal !== null) return failed('signal', raw.signal)
  if (raw.exit !== 0) return failed('exit', String(raw.exit))
  const captured: Record<string, Value> = {}
  for (const { name, type } of entry.captures) {
    const taken = take(raw, name)
    if (taken === null) return failed('capture', `${name}: the output is no UTF-8, or longer than 128 KiB`)
    if (taken.includes('\0')) return failed('capture', `${name}: the output holds a NUL byte`)
    if (taken === '') return failed('capture', `${name}: nothing, expected ${type}`)
    const parsed = parseType(type)
    const checked = parsed.ok ? checkValue(parsed.type, taken) : parsed
    if (!checked.ok)
      return failed('capture', `${name}: unexpected "${type === 'secret' ? '•••' : taken.slice(0, 80)}", expected ${type}`)
    captured[name] = { type, text: taken }
  }
  const unmet = unmetExpectation(entry, raw, { ...values, ...captured })
  return unmet === null ? { status: 'done', captured } : { status: 'failed', cause: unmet }
}

function take(raw: RawResult, name: string): string | null {
  if (raw.output !== null) {
    const value = Object.hasOwn(raw.output, name) ? raw.output[name] : undefined
    if (value === undefined || value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  const assigned = Object.hasOwn(raw.assigned, name) ? raw.assigned[name] : undefined
  return assigned ?? (raw.stdout === null ? null : raw.stdout.trim())
}

function unmetExpectation(
  { expect, assert }: Pick<PlanEntry, 'expect' | 'assert'>,
  raw: RawResult,
  values: Values,
): NonNullable<Outcome['cause']> | null {
  if (expect !== null) {
    if (raw.stdout === null) return { type: 'expect', text: 'the output is no UTF-8, or longer than 128 KiB' }
    const text = raw.stdout.trim()
    if (expect === 'empty' && text !== '') return { type: 'expect', text: 'expected no output' }
    if (expect === 'nonempty' && text === '') return { type: 'expect', text: 'expected output, there was none' }
    if (expect !== 'empty' && expect !== 'nonempty') {
      if (!/^\/.*\/$/s.test(expect)) return { type: 'expect', text: `${expect} is neither empty, nonempty nor /PATTERN/` }
      const found = matches(expect.slice(1, -1), text)
      if (!found.ok) return { type: 'expect', text: found.reason }
      if (!found.found) return { type: 'expect', text: `expected ${expect}` }
    }
  }
  if (assert === null) return null
  const parsed = parseExpression(assert)
  if (!parsed.ok) return { type: 'assert', text: parsed.reason }
  const said = evaluate(parsed.expression, values)
  if (!said.ok) return { type: 'assert', text: said.reason }
  return said.value === true ? null : { type: 'assert', text: `${assert} does not hold` }
}
