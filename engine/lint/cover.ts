import { evaluate, namesIn, parseExpression } from '../language/expression.ts'
import type { DecisionTable, Runbook } from '../model/runbook.ts'
import type { Value, Values } from '../model/value.ts'
import { namesOf } from './names.ts'

const most = 4096

/** Values for which no row of a table of conditions holds; null when every case is covered, or when that cannot be told. */
export function uncovered(runbook: Runbook, { rows }: DecisionTable): Values | null {
  const conditions = rows.map(({ when }) => when?.value ?? null)
  if (conditions.includes(null)) return null
  const parsed = conditions.map((condition) => parseExpression(condition ?? ''))
  const good = parsed.flatMap((one) => (one.ok ? [one.expression] : []))
  if (good.length < parsed.length || good.length === 0) return null
  const names = [...new Set(good.flatMap((expression) => namesIn(expression).map(({ name }) => name)))]
  const literals = literalsOf(conditions.join('\n'))
  const samples = names.map((name) => samplesOf(runbook, name, literals))
  const known = samples.flatMap((one) => (one === null ? [] : [one]))
  if (known.length < samples.length || known.reduce((product, { length }) => product * length, 1) > most) return null
  for (const values of combinations(names, known)) {
    const results = good.map((expression) => evaluate(expression, values))
    if (results.some((result) => !result.ok || typeof result.value !== 'boolean')) return null
    if (!results.some((result) => result.ok && result.value === true)) return values
  }
  return null
}

interface Literals {
  readonly numbers: readonly number[]
  readonly durationsMs: readonly number[]
  readonly strings: readonly string[]
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

function literalsOf(text: string): Literals {
  const strings = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].map((match) => match[1] ?? match[2] ?? '')
  const bare = text.replace(/"[^"]*"|'[^']*'/g, ' ')
  const durationsMs = [...bare.matchAll(/\b(?:\d+(?:ms|min|s|m|h|d))+\b/g)].map(([word]) =>
    [...word.matchAll(/(\d+)(ms|min|s|m|h|d)/g)].reduce((sum, part) => sum + Number(part[1]) * (unitsMs[part[2] ?? ''] ?? 0), 0),
  )
  const numbers = [...bare.matchAll(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])/g)].map(([word]) => Number(word))
  return { numbers, durationsMs, strings }
}

const around = (numbers: readonly number[], step: number): number[] => [
  ...new Set([0, ...numbers].flatMap((number) => [number - step, number, number + step])),
]

/** Texts that tell apart every comparison with the table's literals; null when nothing is known of the name. */
function samplesOf(runbook: Runbook, name: string, literals: Literals): readonly Value[] | null {
  const declared = namesOf(runbook).find((one) => one.name === name)
  const param = runbook.params.find((one) => one.name.value === name)?.type.value
  const of = (type: string, texts: readonly string[]): readonly Value[] => [...new Set(texts)].map((text) => ({ type, text }))
  if (param?.type === 'enum') return of('enum', param.of)
  if (name === 'DRILL') return of('string', ['', 'full', 'partial', 'manual_validation', 'none'])
  switch (declared?.type) {
    case 'bool':
      return of('bool', ['true', 'false'])
    case 'int': {
      const least = param?.type === 'int' ? (param.min ?? -Infinity) : -Infinity
      const largest = param?.type === 'int' ? (param.max ?? Infinity) : Infinity
      const inRange = around([...literals.numbers.map(Math.floor), ...(Number.isFinite(least) ? [least] : [])], 1)
      return of('int', inRange.filter((number) => number >= least && number <= largest).map(String))
    }
    case 'number':
      return of('number', around(literals.numbers, 0.5).map(String))
    case 'duration':
      return of(
        'duration',
        around(literals.durationsMs, 1)
          .filter((ms) => ms >= 0)
          .map((ms) => `${ms}ms`),
      )
    case 'string':
    case 'hostname':
    case 'host:port':
    case 'url':
    case 'path':
      return of(declared.type, ['another', ...literals.strings, ...(declared.how === 'param' ? [''] : [])])
    default:
      return null
  }
}

function* combinations(names: readonly string[], samples: readonly (readonly Value[])[]): Generator<Values> {
  const [name, ...others] = names
  const [first = [], ...rest] = samples
  if (name === undefined) {
    yield {}
    return
  }
  for (const value of first) for (const values of combinations(others, rest)) yield { [name]: value, ...values }
}
