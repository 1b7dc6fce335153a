import { parseDuration } from '../language/duration.ts'
import { nearest } from '../language/nearest.ts'
import { compile } from '../language/regex.ts'
import type { Located } from '../model/problem.ts'
import type { Attribute, Block, Runbook } from '../model/runbook.ts'
import { checkCapture } from './check-capture.ts'
import { checkExpression } from './check-expression.ts'
import type { AttributeName } from './codes.ts'
import { isAttribute } from './attributes.ts'
import { columnInValue } from './info-string.ts'
import { report } from './reading.ts'
import type { Reading, Said } from './reading.ts'
import { lineText } from './lines.ts'

interface Given {
  readonly block: Block
  readonly name: AttributeName
  readonly value: Located<string>
}

/** Checks the value of a block's attribute against what that attribute takes. */
export function checkValue(
  reading: Reading,
  runbook: Runbook,
  { block, attribute }: { readonly block: Block; readonly attribute: Attribute },
): void {
  const { value } = attribute
  const name = attribute.name.value
  if (value === true || !isAttribute(name)) return
  const given = { block, name, value }
  switch (name) {
    case 'every':
    case 'hold':
    case 'timeout':
      return checkDuration(reading, runbook, given)
    case 'retries':
      return /^\d{1,3}$/.test(value.value)
        ? undefined
        : wrong(reading, given, { what: 'number', such: ['2'], nearest: /^\d+/.exec(value.value)?.[0] ?? null })
    case 'id':
      return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value.value)
        ? undefined
        : wrong(reading, given, { what: 'id', such: ['stop-mm2'], nearest: kebab(value.value) })
    case 'on-failure':
      return oneOf(reading, given, ['stop', 'continue', 'rollback', 'warn'])
    case 'confirm':
      return checkConfirm(reading, runbook, given)
    case 'expect':
      return checkExpect(reading, given)
    case 'capture':
      return checkCapture(reading, runbook, { block, value })
    case 'assert':
      return checkExpression(reading, {
        source: value.value,
        at: (offset) => inValue(reading, value, offset),
        rule: `${roleOf(block)}-assert`,
      })
    case 'use':
      return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(value.value)
        ? undefined
        : wrong(reading, given, { what: 'step type', such: ['kafka.under-replicated'], nearest: null })
    case 'once':
    case 'imported':
    case 'steady':
    case 'irreversible':
    case 'idempotent':
    case 'interactive':
      return
  }
}

function roleOf(block: Block): Exclude<Block['role'], 'none'> | 'block' {
  return block.role === 'none' ? 'block' : block.role
}

/** Line and column of a character of a value, which may be quoted. */
function inValue(reading: Reading, { place }: Located<string>, offset: number): { line: number; column: number } {
  const raw = lineText(reading.lines, place.line).slice(place.column - 1, place.endColumn - 1)
  return { line: place.line, column: place.column + columnInValue(raw, offset) }
}

function kebab(text: string): string | null {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return plain === '' ? null : plain
}

function wrong(
  reading: Reading,
  { block, name, value }: Given,
  { what, such, nearest: near }: { what: string; such: readonly string[]; nearest: string | null },
): void {
  const article = /^[aeiou]/.test(what) ? 'an' : 'a'
  report(reading, {
    rule: `${roleOf(block)}-${name}`,
    place: value.place,
    reason: `Unexpected ${what} "${value.value}", expected ${article} ${what} such as ${such.join(' or ')}`,
    expected: such,
    actual: value.value,
    nearest: near,
  })
}

function checkDuration(reading: Reading, runbook: Runbook, given: Given): void {
  const { block, name, value } = given
  const variable = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(value.value)
  if (variable === null) {
    const ms = parseDuration(value.value)
    if (ms !== null && ms > 0) return
    if (ms === null) return wrong(reading, given, { what: 'duration', such: ['90s', '2m'], nearest: nearDuration(value.value) })
    return report(reading, {
      rule: `${roleOf(block)}-${name}`,
      place: value.place,
      reason: `Unexpected duration "${value.value}", expected more than nothing`,
      expected: ['1s'],
      actual: value.value,
    })
  }
  const param = variable[1] ?? variable[2] ?? ''
  const declared = runbook.params.find((one) => one.name.value === param)
  if (declared?.type.value.type === 'duration') return
  const durations = runbook.params.filter(({ type }) => type.value.type === 'duration').map((one) => one.name.value)
  const said: Omit<Said, 'reason'> = {
    rule: declared === undefined ? 'unknown-param' : `${roleOf(block)}-${name}`,
    place: value.place,
    expected: durations.map((one) => `$${one}`),
    actual: value.value,
  }
  if (declared === undefined) {
    const near = nearest(param, durations)
    report(reading, {
      ...said,
      reason: `Unexpected parameter ${value.value}, expected a declared parameter of type duration`,
      nearest: near === null ? null : `$${near}`,
    })
  } else
    report(reading, {
      ...said,
      reason: `Unexpected parameter ${value.value} of type ${declared.typeText}, expected one of type duration`,
      cause: { value: declared.typeText, place: declared.type.place },
    })
}

/** `90 sec` is near to `90s`. */
function nearDuration(text: string): string | null {
  const found = /^(\d+)\s*(ms|[smhdj])[a-z]*\.?$/i.exec(text.trim())
  if (found === null) return /^\d+$/.test(text.trim()) ? `${text.trim()}s` : null
  const unit = found[2]?.toLowerCase() ?? ''
  return `${found[1]}${unit === 'j' ? 'd' : unit}`
}

function oneOf(reading: Reading, { block, name, value }: Given, words: readonly string[]): void {
  if (words.includes(value.value)) return
  report(reading, {
    rule: `${roleOf(block)}-${name}`,
    place: value.place,
    reason: `Unexpected ${name} "${value.value}", expected ${words.join(', ')}`,
    expected: words,
    actual: value.value,
    nearest: nearest(value.value, words),
  })
}

function checkConfirm(reading: Reading, runbook: Runbook, given: Given): void {
  const names = runbook.params.map(({ name }) => name.value)
  if (['no', 'env', ...names].includes(given.value.value)) return
  oneOf(reading, given, ['no', 'env', ...names])
}

function checkExpect(reading: Reading, given: Given): void {
  const { block, value } = given
  const pattern = /^\/(.*)\/$/s.exec(value.value)?.[1]
  if (pattern === undefined) return oneOf(reading, given, ['empty', 'nonempty', '/re/'])
  const compiled = compile(pattern)
  if (compiled.ok) return
  report(reading, {
    rule: `${roleOf(block)}-expect`,
    place: value.place,
    reason: `Unexpected pattern "${value.value}": ${compiled.reason}`,
    expected: ['/re/'],
    actual: value.value,
  })
}
