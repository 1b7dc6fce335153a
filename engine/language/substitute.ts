import type { Json, Value } from '../model/value.ts'
import { listItems } from './type.ts'

/** A value as JSON: numbers, booleans and lists with their type; a secret only where its text is given as `text`. */
export function jsonOf(value: Value): Json {
  if ('ref' in value) return '•••'
  const of = /^list\((.*)\)$/.exec(value.type)?.[1]
  if (of !== undefined) return listItems(value.text).map((text) => jsonOf({ type: of.replace(/\(.*$/, ''), text }))
  switch (value.type) {
    case 'int':
    case 'number':
      return Number(value.text)
    case 'bool':
      return value.text === 'true'
    case 'json':
      return JSON.parse(value.text) as Json
    default:
      return value.text
  }
}

const NAME = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g

/** Replaces `$NAME` and `${NAME}` inside the scalars of a parsed document. A scalar that is exactly `$NAME` takes the value with its type. */
export function substitute(
  json: Json,
  values: Readonly<Record<string, Value>>,
): { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly unknown: readonly string[] } {
  const unknown = new Set<string>()
  const walk = (node: Json): Json => {
    if (typeof node === 'string') return inScalar(node, values, unknown)
    if (Array.isArray(node)) return node.map(walk)
    if (node !== null && typeof node === 'object')
      return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]))
    return node
  }
  const done = walk(json)
  return unknown.size === 0 ? { ok: true, json: done } : { ok: false, unknown: [...unknown] }
}

function inScalar(text: string, values: Readonly<Record<string, Value>>, unknown: Set<string>): Json {
  const whole = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(text)
  const only = whole?.[1] ?? whole?.[2]
  if (only !== undefined) {
    const value = Object.hasOwn(values, only) ? values[only] : undefined
    if (value !== undefined) return jsonOf(value)
  }
  return text.replace(NAME, (written, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? ''
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) {
      unknown.add(name)
      return written
    }
    return 'ref' in value ? '•••' : value.text
  })
}

/** The names that a document's scalars take. */
export function namesInJson(json: Json): string[] {
  const names = new Set<string>()
  const walk = (node: Json): void => {
    if (typeof node === 'string') for (const [, braced, bare] of node.matchAll(NAME)) names.add(braced ?? bare ?? '')
    else if (Array.isArray(node)) node.forEach(walk)
    else if (node !== null && typeof node === 'object') Object.values(node).forEach(walk)
  }
  walk(json)
  return [...names]
}
