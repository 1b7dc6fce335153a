import { checkValue, listItems, typeName } from '../language/type.ts'
import type { From, Plan, PlanParam } from '../model/plan.ts'
import type { Place } from '../model/problem.ts'
import type { ParamDeclaration } from '../model/runbook.ts'
import type { Json, Type, Value } from '../model/value.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'
import { SHORTEST_SECRET, shortSecret } from './short-secret.ts'

/** What the first place that has a value says. */
interface Found {
  readonly text: string | null
  readonly from: From
  readonly ref: string | null
  readonly origin: string
  readonly at: { readonly place: Place; readonly file?: string }
}

interface Resolving {
  readonly declaration: ParamDeclaration
  found: Found | null
}

const reference = /^(?:env:[A-Za-z_]\w*|file:.+|cmd:.+)$/s

/** Resolves the parameters: flag, answers, inventory, environment variable, default. */
export function resolveParams(making: Making): PlanParam[] {
  const { params } = making.request.runbook
  const found: Resolving[] = params.map((declaration) => ({ declaration, found: find(making, declaration) }))
  const secrets = secretsIn(making, found)
  for (const one of found) {
    const held = one.found?.text == null ? undefined : secrets.find(({ text }) => one.found?.text?.includes(text))
    if (held === undefined || one.found === null) continue
    problem(making, {
      ...one.found.at,
      rule: 'secret-value',
      reason: `Unexpected value of ${one.declaration.name.value} (${one.found.origin}): it holds the secret ${held.name}, expected a parameter of type secret`,
      expected: ['secret'],
    })
    one.found = null
  }
  const lists = new Map(found.map(({ declaration, found: one }) => [declaration.name.value, one?.text ?? null]))
  return found.map(({ declaration, found: one }) => {
    const type = declaration.type.value
    const listed = type.type === 'enum-of' ? (lists.get(type.param) ?? null) : null
    const words = listed === null ? [] : listItems(listed)
    if (one !== null) check(making, declaration, { found: one, words, isListKnown: type.type !== 'enum-of' || listed !== null })
    return paramOf(declaration, one, words)
  })
}

/** The secrets that can be known without running anything: none of them may stand in another parameter, nor in a problem. One that is too short is refused. */
function secretsIn(making: Making, all: readonly Resolving[]): readonly { readonly name: string; readonly text: string }[] {
  return all.flatMap(({ declaration: { name, type }, found }) => {
    const [, kind = '', where = ''] = /^(env|file):(.+)$/s.exec(found?.ref ?? '') ?? []
    if (type.value.type !== 'secret' || kind === '') return []
    const read = kind === 'env' ? making.request.env(where) : making.request.readFile?.(where)?.replace(/\r?\n$/, '')
    const text = read ?? ''
    if (text.length >= SHORTEST_SECRET) return [{ name: name.value, text }]
    const ref = found?.ref ?? null
    if (text !== '') problem(making, { ...found?.at, rule: 'param-missing', reason: shortSecret({ name: name.value, ref }) })
    return []
  })
}

function paramOf(
  { name, type, default: given, description }: ParamDeclaration,
  found: Found | null,
  words: readonly string[],
): PlanParam {
  const secret = type.value.type === 'secret'
  const text = secret ? null : (found?.text ?? null)
  return {
    name: name.value,
    type: typeName(type.value),
    value: text,
    from: found?.from ?? (given.value.from === 'env' ? 'env' : 'default'),
    secret,
    ref: found?.ref ?? null,
    origin: found?.origin ?? '',
    description,
    items: type.value.type === 'list' && text !== null ? listItems(text) : null,
    choices: type.value.type === 'enum' ? type.value.of : type.value.type === 'enum-of' ? words : null,
  }
}

/** The first place that has the value; null, with a problem, where none has. */
function find(making: Making, declaration: ParamDeclaration): Found | null {
  const { flags, answers, environment } = making.request
  const { name, type } = declaration
  const secret = type.value.type === 'secret'
  const at = { place: name.place }
  if (Object.hasOwn(flags, name.value)) {
    const text = flags[name.value] ?? ''
    if (!secret) return { text: listText(type.value, text), from: 'flag', ref: null, origin: 'flag', at }
    problem(making, {
      rule: 'secret-flag',
      place: name.place,
      reason: `Unexpected -p ${name.value}, a secret, which everybody on this machine could read: expected env, file:PATH or cmd:COMMAND`,
      expected: ['env', 'file:PATH', 'cmd:COMMAND'],
    })
    return null
  }
  const kept = making.request.recorded?.find((one) => one.name === name.value && one.type === typeName(type.value))
  if (kept !== undefined) return { text: kept.value, from: kept.from, ref: kept.ref, origin: kept.origin, at }
  if (answers !== null && Object.hasOwn(answers.params, name.value)) {
    const text = textOf(answers.params[name.value] ?? null)
    const where = { place: answers.placeOf(['params', name.value]), file: answers.file }
    return given(making, { text, from: 'answers', origin: answers.file, at: where, secret, name: name.value })
  }
  if (environment !== null && Object.hasOwn(environment.values, name.value)) {
    const text = environment.values[name.value] ?? ''
    return given(making, { text, from: 'inventory', origin: environment.origin, at, secret, name: name.value })
  }
  return fromDefault(making, declaration)
}

/** A value of a file: of a secret, only where to get it. */
function given(
  making: Making,
  {
    secret,
    name,
    text,
    from,
    origin,
    at,
  }: Omit<Found, 'ref' | 'text'> & { readonly text: string; readonly secret: boolean; readonly name: string },
): Found | null {
  if (!secret) return { text, from, ref: null, origin, at }
  if (reference.test(text)) return { text: null, from, ref: text, origin, at }
  problem(making, {
    ...at,
    rule: 'secret-value',
    reason: `Unexpected value of the secret ${name} in ${origin}: expected env:NAME, file:PATH or cmd:COMMAND`,
    expected: ['env:NAME', 'file:PATH', 'cmd:COMMAND'],
  })
  return null
}

function fromDefault(making: Making, { name, type, default: { value, place } }: ParamDeclaration): Found | null {
  const { request } = making
  const secret = type.value.type === 'secret'
  const at = { place }
  const missing = (reason: string): null => {
    problem(making, { rule: 'param-missing', place, reason, expected: [`-p ${name.value}=VALUE`] })
    return null
  }
  switch (value.from) {
    case 'literal':
      return given(making, { text: value.text, from: 'default', origin: 'default', at, secret, name: name.value })
    case 'inventory':
      if (request.environment === null && request.environments.length > 0) return null
      return missing(
        request.environment === null
          ? `${name.value} has no value: there is no inventory`
          : `${name.value} has no value: ${request.environment.origin} does not have it`,
      )
    case 'env': {
      const text = request.env(name.value)
      if (secret) return { text: null, from: 'env', ref: `env:${name.value}`, origin: 'env', at }
      if (text === undefined) return missing(`${name.value} has no value: the environment variable is not set`)
      return { text, from: 'env', ref: null, origin: 'env', at }
    }
    case 'ask':
      return { text: null, from: 'ask', ref: secret ? `ask:${name.value}` : 'ask', origin: 'ask', at }
    case 'file': {
      const text = secret ? undefined : request.readFile?.(value.path)?.replace(/\r?\n$/, '')
      return { text: text ?? null, from: 'file', ref: `file:${value.path}`, origin: `file:${value.path}`, at }
    }
    case 'cmd':
      return { text: null, from: 'cmd', ref: `cmd:${value.command}`, origin: 'cmd', at }
    case 'none':
      return missing(`${name.value} has no value and no default`)
  }
}

function check(
  making: Making,
  { name, type }: ParamDeclaration,
  { found, words, isListKnown }: { readonly found: Found; readonly words: readonly string[]; readonly isListKnown: boolean },
): void {
  if (found.text === null || !isListKnown) return
  const checked = checkValue(type.value, found.text, words)
  if (checked.ok) return
  problem(making, {
    ...found.at,
    rule: 'param-value',
    reason: `Unexpected value "${checked.actual}" of ${name.value} (${found.origin}), expected ${checked.expected}`,
    expected: [checked.expected],
    actual: checked.actual,
    words: type.value.type === 'enum' ? type.value.of : words,
  })
}

/** An answer's value as text; a list as the shell splits it, else as JSON. */
export function textOf(value: Json): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value)
  const items = value.map((one: Json) => textOf(one))
  return items.every((item) => /^[^\s,[\]]+$/.test(item)) ? items.join(' ') : JSON.stringify(items)
}

/** A list in a flag is JSON or commas; blocks get it as it is written in the inventory. */
function listText(type: Type, text: string): string {
  if (type.type !== 'list' || /\s/.test(text)) return text
  return textOf(listItems(text))
}

/** Flags must name a parameter, or a capture where one is not going to be made. */
export function checkFlags(making: Making, captures: ReadonlyMap<string, string>): void {
  const { flags, runbook, from, drill, answers } = making.request
  const known = runbook.params.map(({ name }) => name.value)
  const mayCapture = from !== null || drill !== null
  for (const name of Object.keys(flags)) {
    const isParam = known.includes(name)
    if (isParam || (mayCapture && captures.has(name))) continue
    problem(making, {
      rule: 'param-unknown',
      reason: captures.has(name)
        ? `Unexpected -p ${name}, which a step captures: expected it only with --from or --drill`
        : `Unexpected parameter ${name}, expected ${known.length === 0 ? 'none' : known.join(', ')}`,
      expected: known,
      actual: name,
      words: known,
    })
  }
  for (const name of Object.keys(answers?.params ?? {})) {
    if (known.includes(name) || answers === null) continue
    problem(making, {
      rule: 'param-unknown',
      file: answers.file,
      place: answers.placeOf(['params', name]),
      reason: `Unexpected parameter ${name}, expected ${known.length === 0 ? 'none' : known.join(', ')}`,
      expected: known,
      actual: name,
      words: known,
    })
  }
}

/** What expressions and step inputs see before the run; secrets by reference. */
export function valuesOf({ params, environment, drill }: Pick<Plan, 'params' | 'environment' | 'drill'>): Record<string, Value> {
  const values: Record<string, Value> = {
    ENVIRONMENT: { type: 'string', text: environment },
    DRILL: { type: 'string', text: drill ?? '' },
  }
  for (const { name, type, value, secret, ref } of params) {
    if (secret) values[name] = { type: 'secret', ref: ref ?? `env:${name}` }
    // A list keeps the type of its items: a step's input takes it as an array of them.
    else if (value !== null) values[name] = { type: type.startsWith('list(') ? type : type.replace(/\(.*/s, ''), text: value }
  }
  return values
}
