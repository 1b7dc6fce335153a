import type { StepTools } from '../../../../engine/index.ts'
import type { OnRead, Sides } from './sides.ts'

/** Counts what is read and shows how far it is. */
export interface Meter {
  /** For one partition. */
  readonly reading: (name: string) => OnRead
  readonly bytes: () => number
  readonly mbPerSecond: () => number
}

const EVERY_MS = 500

/** Expects each record of both sides once; partitions that differ are read again, and the rest takes longer. */
export function openMeter(pairs: readonly { readonly sides: Sides }[], tools: Pick<StepTools, 'progress'>): Meter {
  const spans = pairs.flatMap(({ sides }) => [sides.source, sides.target]).map(({ from, to }) => to - from)
  const began = performance.now()
  const read = { records: 0, bytes: 0 }
  let expected = spans.reduce((sum, one) => sum + one, 0)
  let shownAt = began
  const rate = (): number => Math.round((read.bytes / 1e6 / Math.max(0.001, (performance.now() - began) / 1000)) * 10) / 10
  return {
    reading: (name) => (one) => {
      read.records += one.records
      read.bytes += one.bytes
      const now = performance.now()
      if (now - shownAt < EVERY_MS) return
      shownAt = now
      expected = Math.max(expected, read.records)
      const etaS = Math.ceil((((expected - read.records) / read.records) * (now - began)) / 1000)
      tools.progress(`${name}: ${read.records} of ${expected} records, ${rate()} MB/s, about ${etaS} s left`)
    },
    bytes: () => read.bytes,
    mbPerSecond: rate,
  }
}
