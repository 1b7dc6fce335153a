/* The whole grammar of expressions: tokens, parser, names, evaluation. One small language, one file. */
import type { Value } from '../model/value.ts'
import { parseDuration } from './duration.ts'

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Expression =
  | { readonly type: 'literal'; readonly value: Value; readonly offset: number }
  | { readonly type: 'name'; readonly name: string; readonly fields: readonly string[]; readonly offset: number }
  | {
      readonly type: 'compare'
      readonly op: Comparison
      readonly left: Expression
      readonly right: Expression
      readonly offset: number
    }
  | { readonly type: 'not'; readonly operand: Expression; readonly offset: number }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression; readonly offset: number }

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly offset: number; readonly reason: string; readonly expected: readonly string[] }

interface Token {
  readonly type: 'string' | 'number' | 'word' | 'sign' | 'end' | 'bad'
  readonly text: string
  readonly offset: number
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|\d[\w]*)|([A-Za-z_]\w*)|(==|!=|<=|>=|<|>|\(|\)|\.))/gy
const OPERAND = ['a name', 'a value', '(']

function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(source)
    if (found === null) {
      const offset = at + (/^\s*/.exec(source.slice(at))?.[0].length ?? 0)
      if (offset < source.length) tokens.push({ type: 'bad', text: source.slice(offset, offset + 1), offset })
      break
    }
    const [, string, number, word, sign] = found
    const text = string ?? number ?? word ?? sign ?? ''
    tokens.push({
      type: string !== undefined ? 'string' : number !== undefined ? 'number' : word !== undefined ? 'word' : 'sign',
      text,
      offset: TOKEN.lastIndex - text.length,
    })
    at = TOKEN.lastIndex
  }
  return [...tokens, { type: 'end', text: '', offset: source.length }]
}

/** At most so deep, so that no source can exhaust the stack. */
const DEPTH = 200

class Unexpected extends Error {
  readonly offset: number
  readonly expected: readonly string[]
  constructor(token: Token, expected: readonly string[]) {
    super(token.type === 'end' ? 'Unexpected end' : `Unexpected "${token.text}"`)
    this.offset = token.offset
    this.expected = expected
  }
}

/** The tokens, read one after the other. */
interface Cursor {
  readonly peek: () => Token
  readonly take: () => Token
  readonly isWord: (text: string) => boolean
  readonly isSign: (text: string) => boolean
  /** One level deeper, and not too deep. */
  readonly nested: <T>(parse: () => T) => T
}

function cursorOf(source: string): Cursor {
  const tokens = tokensOf(source)
  let at = 0
  let depth = 0
  const peek = (): Token => tokens[at] ?? { type: 'end', text: '', offset: source.length }
  return {
    peek,
    take() {
      const token = peek()
      at += 1
      return token
    },
    isWord: (text) => peek().type === 'word' && peek().text === text,
    isSign: (text) => peek().type === 'sign' && peek().text === text,
    nested(parse) {
      depth += 1
      if (depth > DEPTH) throw new Unexpected(peek(), [`at most ${DEPTH} levels`])
      const result = parse()
      depth -= 1
      return result
    },
  }
}

/** Parses an expression. Precedence from tight to loose: comparison, `not`, `and`, `or`. */
export function parseExpression(source: string): Parsed {
  const cursor = cursorOf(source)
  try {
    const expression = either(cursor)
    if (cursor.peek().type !== 'end') throw new Unexpected(cursor.peek(), ['and', 'or', 'the end', '==', '<'])
    return { ok: true, expression }
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error
    return { ok: false, offset: error.offset, reason: error.message, expected: error.expected }
  }
}

function either(cursor: Cursor): Expression {
  let left = both(cursor)
  while (cursor.isWord('or')) left = { type: 'or', offset: cursor.take().offset, left, right: both(cursor) }
  return left
}

function both(cursor: Cursor): Expression {
  let left = negation(cursor)
  while (cursor.isWord('and')) left = { type: 'and', offset: cursor.take().offset, left, right: negation(cursor) }
  return left
}

function negation(cursor: Cursor): Expression {
  if (!cursor.isWord('not')) return comparison(cursor)
  const { offset } = cursor.take()
  return { type: 'not', operand: cursor.nested(() => negation(cursor)), offset }
}

function comparison(cursor: Cursor): Expression {
  const left = operand(cursor)
  const token = cursor.peek()
  if (token.text === '=') throw new Unexpected(token, ['=='])
  if (token.type !== 'sign' || !['==', '!=', '<', '<=', '>', '>='].includes(token.text)) return left
  cursor.take()
  return { type: 'compare', op: token.text as Comparison, left, right: operand(cursor), offset: token.offset }
}

function operand(cursor: Cursor): Expression {
  const token = cursor.take()
  switch (token.type) {
    case 'string':
      return {
        type: 'literal',
        value: { type: 'string', text: token.text.slice(1, -1).replace(/\\(.)/gs, '$1') },
        offset: token.offset,
      }
    case 'number':
      return number(token)
    case 'word':
      if (['and', 'or', 'not'].includes(token.text)) throw new Unexpected(token, OPERAND)
      if (token.text === 'true' || token.text === 'false')
        return { type: 'literal', value: { type: 'bool', text: token.text }, offset: token.offset }
      return named(cursor, token)
    case 'sign': {
      if (token.text !== '(') throw new Unexpected(token, OPERAND)
      const inner = cursor.nested(() => either(cursor))
      if (!cursor.isSign(')')) throw new Unexpected(cursor.peek(), [')'])
      cursor.take()
      return inner
    }
    case 'end':
    case 'bad':
      throw new Unexpected(token, OPERAND)
  }
}

function named(cursor: Cursor, token: Token): Expression {
  const fields: string[] = []
  while (cursor.isSign('.')) {
    cursor.take()
    const field = cursor.take()
    if (field.type !== 'word') throw new Unexpected(field, ['a field'])
    fields.push(field.text)
  }
  if (cursor.isSign('(')) throw new Unexpected(cursor.peek(), ['a comparison', 'and', 'or'])
  return { type: 'name', name: token.text, fields, offset: token.offset }
}

function number(token: Token): Expression {
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(token.text))
    return { type: 'literal', value: { type: 'number', text: token.text }, offset: token.offset }
  if (parseDuration(token.text) === null) throw new Unexpected(token, ['a number', 'a duration such as 90s or 2m'])
  return { type: 'literal', value: { type: 'duration', text: token.text }, offset: token.offset }
}

/** The names that an expression takes, with their offsets in the source. */
export function namesIn(expression: Expression): { readonly name: string; readonly offset: number }[] {
  switch (expression.type) {
    case 'literal':
      return []
    case 'name':
      return [{ name: expression.name, offset: expression.offset }]
    case 'not':
      return namesIn(expression.operand)
    case 'compare':
    case 'and':
    case 'or':
      return [...namesIn(expression.left), ...namesIn(expression.right)]
  }
}

type Scalar =
  | { readonly type: 'number' | 'duration'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }

export type Evaluated =
  | { readonly ok: true; readonly value: boolean | number | string }
  | { readonly ok: false; readonly reason: string }

class CannotTell extends Error {}

/** Evaluates over the run's values. An unknown name, a missing field and a comparison of different types are failures, never false. */
export function evaluate(expression: Expression, values: Readonly<Record<string, Value>>): Evaluated {
  try {
    return { ok: true, value: valueOf(expression, values).value }
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error
    return { ok: false, reason: error.message }
  }
}

function valueOf(expression: Expression, values: Readonly<Record<string, Value>>): Scalar {
  switch (expression.type) {
    case 'literal':
      return scalar(expression.value, 'a literal')
    case 'name':
      return lookUp(expression.name, expression.fields, values)
    case 'not':
      return { type: 'bool', value: !truth(valueOf(expression.operand, values)) }
    case 'and':
      return { type: 'bool', value: truth(valueOf(expression.left, values)) && truth(valueOf(expression.right, values)) }
    case 'or':
      return { type: 'bool', value: truth(valueOf(expression.left, values)) || truth(valueOf(expression.right, values)) }
    case 'compare':
      return { type: 'bool', value: compare(expression.op, valueOf(expression.left, values), valueOf(expression.right, values)) }
  }
}

function truth(scalar: Scalar): boolean {
  if (scalar.type !== 'bool') throw new CannotTell(`expected true or false, got the ${scalar.type} ${scalar.value}`)
  return scalar.value
}

function lookUp(name: string, fields: readonly string[], values: Readonly<Record<string, Value>>): Scalar {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) throw new CannotTell(`${name} has no value`)
  if (fields.length === 0) return scalar(value, name)
  if ('ref' in value || value.type !== 'json') throw new CannotTell(`${name} has no fields: it is a ${value.type}`)
  let node: unknown = JSON.parse(value.text)
  for (const field of fields) {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, field))
      throw new CannotTell(`${name} has no field ${field}`)
    node = (node as Record<string, unknown>)[field]
  }
  if (typeof node === 'boolean') return { type: 'bool', value: node }
  if (typeof node === 'number') return { type: 'number', value: node }
  if (typeof node === 'string') return { type: 'string', value: node }
  throw new CannotTell(`${[name, ...fields].join('.')} is not a plain value`)
}

function scalar(value: Value, name: string): Scalar {
  if ('ref' in value) throw new CannotTell(`${name} is a secret`)
  switch (value.type) {
    case 'int':
    case 'number':
      if (!Number.isFinite(Number(value.text)) || value.text.trim() === '') throw new CannotTell(`${name} is no number`)
      return { type: 'number', value: Number(value.text) }
    case 'bool':
      return { type: 'bool', value: value.text === 'true' }
    case 'duration': {
      const ms = parseDuration(value.text)
      if (ms === null) throw new CannotTell(`${name} is no duration`)
      return { type: 'duration', value: ms }
    }
    default:
      return { type: 'string', value: value.text }
  }
}

function compare(op: Comparison, left: Scalar, right: Scalar): boolean {
  if (left.type !== right.type)
    throw new CannotTell(`cannot compare the ${left.type} ${left.value} with the ${right.type} ${right.value}`)
  const [a, b] = [left.value, right.value]
  switch (op) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}
