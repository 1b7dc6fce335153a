import type { Json } from '../../../engine/index.ts'

/** Steps of a path: `connector.state`, `tasks[0].id`, `$['x y']`. Null where it is none. */
export function parseJsonPath(path: string): readonly (string | number)[] | null {
  const parts: (string | number)[] = []
  const next = /(?:^|\.)([\p{L}_][\p{L}\p{N}_-]*)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/uy
  const text = path.startsWith('$') ? path.slice(path.startsWith('$.') ? 2 : 1) : path
  while (next.lastIndex < text.length) {
    const found = next.exec(text)
    if (found === null) return null
    const [, name, index, double, single] = found
    parts.push(index === undefined ? (name ?? double ?? single ?? '') : Number(index))
  }
  return parts
}

/** The value at a path; undefined where nothing is there. */
export function valueAt(json: Json, path: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = json
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    if (Array.isArray(value) ? typeof part !== 'number' : !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string | number, Json>>)[part]
  }
  return value
}

/** The same path as a filter of jq. */
export function jqPath(path: readonly (string | number)[]): string {
  const parts = path
    .map((part) => (typeof part === 'string' && /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('')
  return parts.startsWith('.') ? parts : `.${parts}`
}

/** Whether two values are the same JSON. */
export function isSameJson(one: Json | undefined, other: Json): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [left, right] = [Object.entries(one), Object.entries(other)]
  return (
    left.length === right.length &&
    right.every(([key, value]) => Object.hasOwn(one, key) && isSameJson((one as Readonly<Record<string, Json>>)[key], value))
  )
}
