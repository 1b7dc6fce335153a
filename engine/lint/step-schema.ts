import type { StepType } from '../model/step-type.ts'

/** What a step type's schema says of an input; `path` leads to the value, `keys` are keys that nobody knows. */
export interface InputIssue {
  readonly path: readonly (string | number)[]
  readonly keys: readonly string[]
  readonly isMissing: boolean
  readonly message: string
}

interface Issue {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
  readonly errors?: readonly (readonly Issue[])[]
}

/** Judges an input by a step type's schema. Null when the schema itself cannot do so. */
export function issuesOf(type: StepType, input: unknown): readonly InputIssue[] | null {
  try {
    const parsed = type.input.safeParse(input) as { success: boolean; error?: { issues: readonly Issue[] } }
    if (parsed.success || parsed.error === undefined) return []
    return parsed.error.issues.map((issue) => readIssue(issue, input))
  } catch {
    return null
  }
}

function readIssue(issue: Issue, input: unknown): InputIssue {
  const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol')
  const missing = path.length > 0 && valueAt(input, path) === undefined
  return { path, keys: issue.code === 'unrecognized_keys' ? (issue.keys ?? []) : [], isMissing: missing, message: issue.message }
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

/** Keys of an object schema; null where it is of another kind. */
export function namesIn(schema: unknown): readonly string[] | null {
  const shape = (schema as { shape?: unknown }).shape
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : null
}

/** Keys that the schema knows at a path; empty where that cannot be told. */
export function keysAt(schema: unknown, path: readonly (string | number)[]): readonly string[] {
  let at = unwrapped(schema)
  for (const key of path) {
    const { shape, element } = at as { shape?: Record<string, unknown>; element?: unknown }
    at = unwrapped(typeof key === 'number' ? element : shape?.[key])
  }
  return namesIn(at) ?? []
}

/** Past `optional`, `default`, `nullable`. */
function unwrapped(schema: unknown): object {
  let at = schema
  for (let depth = 0; depth < 10; depth += 1) {
    const unwrap = (at as { unwrap?: () => unknown } | undefined)?.unwrap
    if (typeof unwrap !== 'function') break
    at = unwrap.call(at)
  }
  return typeof at === 'object' && at !== null ? at : {}
}
