import type { YamlBody } from '../document/yaml-place.ts'
import type { Place, Problem } from '../model/problem.ts'
import type { Json } from '../model/value.ts'
import { problemOf } from './problem-of.ts'
import type { WorkspaceCode } from './problem-of.ts'

export type Path = readonly (string | number)[]
export type JsonMap = { readonly [name: string]: Json }

/** Reads fields out of a YAML file and collects what is wrong with them. A field that is wrong reads as null. */
export interface Fields {
  /** The map at a path; null where it is absent or no map. Keys beside `known` are problems, which say `hint` where all of them are too many; `known` null takes any. */
  map(path: Path, known: readonly string[] | null, hint?: string): JsonMap | null
  text(path: Path): string | null
  /** One text or a list of texts. */
  texts(path: Path): readonly string[] | null
  /** One of these words. */
  word<W extends string>(path: Path, words: readonly W[]): W | null
  /** Adds a problem at the value of a path. */
  wrong(path: Path, expected: readonly string[], hint?: string): void
}

interface KnownKeys {
  readonly known: readonly string[]
  readonly hint: string | undefined
}

/** Opens a YAML file's fields. `rule` is the code of values of the wrong kind. */
export function fieldsOf(
  file: string,
  yaml: YamlBody,
  { rule, problems }: { readonly rule: WorkspaceCode; readonly problems: Problem[] },
): Fields {
  const at = (path: Path): Json | undefined => valueAt(yaml.json, path)
  const wrong = (path: Path, expected: readonly string[], hint?: string): void => {
    const actual = briefly(at(path))
    const reason = `Unexpected ${nameOf(path)} ${actual}, expected ${hint ?? listed(expected)}`
    problems.push(problemOf(file, { rule, place: yaml.placeOf(path), reason, expected, actual }))
  }
  const unknownKey = (path: Path, key: string, { known, hint = listed(known) }: KnownKeys): void => {
    const place: Place = yaml.placeOf(path, key)
    const reason = `Unexpected key "${key}"${path.length === 0 ? '' : ` in ${nameOf(path)}`}, expected ${hint}`
    problems.push(problemOf(file, { rule: 'unknown-key', place, reason, expected: known, actual: key }))
  }
  const text = (path: Path): string | null => {
    const value = at(path)
    if (value === undefined) return null
    if (typeof value === 'string' && value !== '') return value
    wrong(path, [], 'a text')
    return null
  }
  return {
    text,
    wrong,
    map(path, known, hint) {
      const value = at(path)
      if (value === undefined || (value === null && path.length > 0)) return null
      if (!isMap(value)) {
        wrong(path, [], 'a map')
        return null
      }
      if (known !== null) for (const key of Object.keys(value)) if (!known.includes(key)) unknownKey(path, key, { known, hint })
      return value
    },
    texts(path) {
      const value = at(path)
      if (value === undefined) return null
      if (!Array.isArray(value)) {
        const one = text(path)
        return one === null ? null : [one]
      }
      const texts = value.map((_, index) => text([...path, index]))
      return texts.every((one) => one !== null) ? texts : null
    },
    word(path, words) {
      const value = at(path)
      if (value === undefined) return null
      const found = words.find((word) => word === value)
      if (found === undefined) wrong(path, words)
      return found ?? null
    },
  }
}

/** The values of a list that is a map's field; empty where there is none. */
export function listAt(fields: Fields, path: Path): readonly Json[] {
  const value = fields.map(path.slice(0, -1), null)?.[String(path.at(-1))]
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value as readonly Json[]
  fields.wrong(path, [], 'a list')
  return []
}

/** Whether a value is a map, and neither a list nor null. */
export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(json: Json | null, path: Path): Json | undefined {
  let value: Json | undefined = json ?? undefined
  for (const part of path) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(part)]
    else if (isMap(value) && Object.hasOwn(value, part)) value = value[part]
    else return undefined
  }
  return value
}

const nameOf = (path: Path): string => (path.length === 0 ? 'content' : path.join('.'))

const listed = (words: readonly string[]): string => words.join(', ')

function briefly(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
