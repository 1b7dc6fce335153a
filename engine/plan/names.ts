import { namesIn, parseExpression } from '../language/expression.ts'
import { readShell } from '../language/shell.ts'
import type { Label } from '../model/runbook.ts'
import type { Body } from './bodies.ts'
import { labelOf } from './bodies.ts'
import { attributeText, isExecutable } from './attributes.ts'
import type { Making } from './making.ts'

/** Names that captures and records give, with their types. */
export function capturesIn({ request: { reader } }: Pick<Making, 'request'>, bodies: readonly Body[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { items } of bodies)
    for (const item of items) {
      if (item.type === 'block' && isExecutable(item)) {
        const text = attributeText(item, 'capture')
        if (text !== null)
          for (const { name, type } of reader.readCaptures(text, item.kind === 'yaml')) found.set(name, type ?? 'string')
      }
      if (item.type === 'label' && item.name === 'record') {
        const record = reader.readRecord(item)
        if (record !== null) found.set(record.name, record.type)
      }
    }
  return found
}

/** Every name that an entry can take, and whether its value is known now. */
export function namesOf(
  making: Making,
  bodies: readonly Body[],
  captures: ReadonlyMap<string, string>,
): Map<string, 'known' | 'run' | 'item'> {
  const names = new Map<string, 'known' | 'run' | 'item'>([
    ['RUN_ID', 'run'],
    ['RUN_DIR', 'run'],
    ['ENVIRONMENT', 'known'],
    ['DRILL', 'known'],
    ['ITEM_INDEX', 'item'],
  ])
  for (const { name, value, secret } of making.params) names.set(name, value === null && !secret ? 'run' : 'known')
  for (const name of captures.keys()) names.set(name, 'run')
  for (const { items } of bodies) {
    const label: Label | null = labelOf(items, 'for-each')
    const each = label === null ? null : making.request.reader.readForEach(label)
    if (each !== null) names.set(each.variable, 'item')
  }
  return names
}

/** Names that a script takes and the run can give. */
export function readsOfScript({ names }: Pick<Making, 'names'>, script: string): string[] {
  if (!script.includes('$') && !script.includes('((')) return []
  const shell = readShell(script)
  return shell.ok ? shell.uses.map(({ name }) => name).filter((name) => names.has(name)) : readsOfText({ names }, script)
}

/** Names that a text takes as `$NAME` or `${NAME}`. */
export function readsOfText({ names }: Pick<Making, 'names'>, text: string): string[] {
  return [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name).filter((name) => names.has(name))
}

/** Names that an expression takes. */
export function readsOfExpression({ names }: Pick<Making, 'names'>, source: string | null): string[] {
  if (source === null) return []
  const parsed = parseExpression(source)
  return parsed.ok
    ? namesIn(parsed.expression)
        .map(({ name }) => name)
        .filter((name) => names.has(name))
    : []
}
