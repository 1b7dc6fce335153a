import { namesInJson, substitute } from '../language/substitute.ts'
import type { Block } from '../model/runbook.ts'
import type { StepType } from '../model/step-type.ts'
import type { Json, Value } from '../model/value.ts'
import { attributeText } from './attributes.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'

/** A typed step, as far as it is known before the start. */
export interface Typed {
  readonly use: string
  readonly type: StepType | null
  readonly input: Json
  readonly title: string
  readonly byHand: string | null
  readonly reads: readonly string[]
}

/** Reads a typed step: its type, its input, what it says of itself. Null where the block names no step type. */
export function readTyped(making: Making, block: Block): Typed | null {
  const use = block.kind === 'yaml' ? attributeText(block, 'use') : null
  if (use === null) return null
  const { stepTypes, reader } = making.request
  const type = stepTypes.get(use) ?? null
  if (type === null) {
    const place = block.attributes.find(({ name }) => name.value === 'use')?.name.place ?? block.place
    const words = [...stepTypes.keys()]
    problem(making, {
      rule: 'unknown-step-type',
      place,
      reason: `Unexpected step type "${use}", expected one that steps lists`,
      actual: use,
      words,
    })
  }
  const yaml = reader.readYaml(block)
  const input = yaml.json ?? {}
  const reads = namesInJson(input)
  const known = substitute(input, named(making))
  const seen = known.ok ? known.json : partly(input, making)
  const parsed = type === null ? null : parse(type, seen)
  if (known.ok && type !== null && parsed !== null && !parsed.ok)
    for (const { path, key, isMissing, message } of parsed.issues)
      problem(making, {
        rule: 'step-input',
        // Where lint points too, so that each mistake is told once.
        place: !isMissing ? yaml.placeOf(path, key) : path.length > 1 ? yaml.placeOf(path.slice(0, -1)) : block.place,
        reason: `Unexpected input of ${use}${path.length === 0 ? '' : ` at ${path.join('.')}`}: ${message}`,
      })
  const more = known.ok && parsed?.ok === true ? namesOf(making, type, parsed.input) : []
  if (typeof more === 'string')
    problem(making, { rule: 'step-input', place: block.place, reason: `Unexpected input of ${use}: ${more}` })
  const told = type === null ? null : { type, input: parsed?.ok === true ? parsed.input : withDefaults(type, seen) }
  const title = (told && say(() => told.type.describe(told.input))) ?? type?.summary ?? use
  return {
    use,
    type,
    input,
    title,
    byHand: told && say(() => told.type.byHand(told.input)),
    reads: [...new Set([...reads, ...(typeof more === 'string' ? [] : more)])].filter((name) => making.names.has(name)),
  }
}

/** Values as a step sees them: a secret stays `$NAME`, so that what is said of it, and the way to do it by hand, can name it. */
function named({ values }: Making): Readonly<Record<string, Value>> {
  const pairs = Object.entries(values).map(([name, value]): [string, Value] => [
    name,
    'ref' in value ? { type: 'string', text: `$${name}` } : value,
  ])
  return Object.fromEntries(pairs)
}

/** What is known is put in, the rest stays `$NAME`. */
function partly(input: Json, making: Making): Json {
  if (Array.isArray(input)) return input.map((one: Json) => partly(one, making))
  if (input !== null && typeof input === 'object')
    return Object.fromEntries(Object.entries(input).map(([key, one]) => [key, partly(one as Json, making)]))
  const done = substitute(input, named(making))
  return done.ok ? done.json : input
}

interface Field {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown }
}

/** Where a value is not known yet, what the author left out still has its default in what the step type says of itself. */
function withDefaults(type: StepType, seen: Json): Json {
  const { shape } = type.input as { readonly shape?: Readonly<Record<string, Field>> }
  if (shape === undefined || seen === null || typeof seen !== 'object' || Array.isArray(seen)) return seen
  const left = Object.entries(shape).flatMap(([name, field]): [string, Json][] => {
    const value = Object.hasOwn(seen, name) ? undefined : field.safeParse(undefined).data
    return value === undefined ? [] : [[name, value as Json]]
  })
  return Object.fromEntries([...left, ...Object.entries(seen)])
}

type Parsed = { readonly ok: true; readonly input: unknown } | { readonly ok: false; readonly issues: readonly Issue[] }

interface Issue {
  readonly path: readonly (string | number)[]
  /** The first key that nobody knows. */
  readonly key?: string
  readonly isMissing: boolean
  readonly message: string
}

function parse(type: StepType, input: Json): Parsed | null {
  try {
    const parsed = type.input.safeParse(input)
    if (parsed.success) return { ok: true, input: parsed.data }
    const issues = parsed.error.issues.map((issue): Issue => {
      const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol')
      const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
      const isMissing = path.length > 0 && valueAt(input, path) === undefined
      return { path, isMissing, message: issue.message, ...(key === undefined ? {} : { key }) }
    })
    return { ok: false, issues }
  } catch {
    return null
  }
}

function valueAt(input: Json, path: readonly (string | number)[]): Json | undefined {
  let at: Json | undefined = input
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined
    at = (at as Readonly<Record<string, Json>>)[key]
  }
  return at
}

/** A step type's own sentence; null where it cannot say one of an input that is not whole yet. */
function say(sentence: () => string): string | null {
  try {
    return sentence()
  } catch {
    return null
  }
}

/** The type of a step type's output, as captures know it. */
export function outputType(type: StepType | null, output: string): string {
  const shape = (type?.output as { readonly shape?: Readonly<Record<string, unknown>> } | undefined)?.shape
  let at = shape?.[output] as
    | { readonly def?: { readonly type?: string; readonly format?: string; readonly innerType?: unknown } }
    | undefined
  while (at?.def?.innerType !== undefined) at = at.def.innerType as typeof at
  switch (at?.def?.type) {
    case 'number':
    case 'int':
      return at.def.format === 'safeint' ? 'int' : 'number'
    case 'boolean':
      return 'bool'
    case 'array':
    case 'object':
    case 'record':
    case 'union':
      return 'json'
    case undefined:
    default:
      return 'string'
  }
}

/** What the step type takes by name beside its input, or why it could not begin. */
function namesOf({ request: { readFile } }: Making, type: StepType | null, input: unknown): readonly string[] | string {
  if (type?.names === undefined || readFile === undefined) return []
  const said = type.names(input, readFile)
  return said.ok ? said.names : said.reason
}
