import type { Verdict } from '../../engine/index.ts'

/** How a measured value is held against a bound. */
export const OPERATORS = ['<', '<=', '>', '>=', '==', '!='] as const

export type Operator = (typeof OPERATORS)[number]

/** One measured value, with the labels that name it. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Threshold {
  readonly op: Operator
  readonly value: number
  /** A nearer bound: what passes the other one only is a warning. */
  readonly warn: number | undefined
}

export interface JudgedSeries {
  readonly verdict: Verdict
  /** The series that decided, worst first. */
  readonly worst: readonly Series[]
  readonly says: string
}

/** Does it hold? NaN holds against nothing, not even `!=`. */
export function holds(value: number, op: Operator, bound: number): boolean {
  if (Number.isNaN(value) || Number.isNaN(bound)) return false
  switch (op) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '==':
      return value === bound
    case '!=':
      return value !== bound
  }
}

/** Every series must hold; the worst one is named. One that fails is certain, one that is no number leaves the rest open. */
export function judgeSeries(series: readonly Series[], { op, value, warn }: Threshold): JudgedSeries {
  const sorted = series.toSorted((one, other) => badness(other.value, op, value) - badness(one.value, op, value))
  const failing = sorted.filter((one) => !Number.isNaN(one.value) && !holds(one.value, op, value))
  const unclear = sorted.filter((one) => Number.isNaN(one.value))
  const near = warn === undefined ? [] : sorted.filter((one) => !holds(one.value, op, warn))
  const told = (verdict: Verdict, of: readonly Series[], says: string): JudgedSeries => ({
    verdict,
    worst: of,
    says: `${says}${of.length > 1 ? `, and ${of.length - 1} more` : ''}`,
  })
  const [first] = sorted
  if (failing[0] !== undefined)
    return told('fail', failing, `${seriesText(failing[0])} is ${failing[0].value}, expected ${op} ${value}`)
  if (unclear[0] !== undefined) return told('unknown', unclear, `${seriesText(unclear[0])} is no number (NaN)`)
  if (near[0] !== undefined)
    return told('warn', near, `${seriesText(near[0])} is ${near[0].value}, near ${op} ${value}: better ${op} ${String(warn)}`)
  if (first === undefined) return { verdict: 'unknown', worst: [], says: 'there is no value' }
  return {
    verdict: 'pass',
    worst: sorted,
    says:
      sorted.length === 1
        ? `${seriesText(first)} is ${first.value}`
        : `the worst of ${sorted.length} is ${seriesText(first)}: ${first.value}`,
  }
}

function badness(value: number, op: Operator, bound: number): number {
  if (Number.isNaN(value)) return Number.POSITIVE_INFINITY
  switch (op) {
    case '<':
    case '<=':
      return value
    case '>':
    case '>=':
      return -value
    case '==':
      return Math.abs(value - bound)
    case '!=':
      return -Math.abs(value - bound)
  }
}

/** Labels as they are written in a query; a series without any is "it". */
export function seriesText({ labels }: Pick<Series, 'labels'>): string {
  const { __name__: name = '', ...rest } = labels
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return name === '' && pairs.length === 0 ? 'it' : `${name}${pairs.length === 0 ? '' : `{${pairs.join(', ')}}`}`
}

/** A whole number of milliseconds as people say it. */
export function spanText(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`
  if (ms % 60_000 === 0) return `${ms / 60_000} min`
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`
}

/** Numbers as JSON can hold them: what is no number, or endless, as a text. */
export const numberJson = (value: number): number | string => (Number.isFinite(value) ? value : String(value))
