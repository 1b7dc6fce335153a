import type { DatedTable } from '../../../support/dated-table.ts'

/** What may be expected of a codec; what it does with your records, only an experiment says. */
export interface CodecRow {
  readonly codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** Share of the size that it saves, in percent: the chapter's figures, not measured here. */
  readonly savesPercent: number
  /** 1 is the slowest. */
  readonly compressSpeed: 1 | 2 | 3 | 4
  readonly goodFor: readonly Goal[]
  readonly note: string
}

/** What compression is chosen for. */
export const GOALS = ['throughput', 'ratio', 'archive', 'compatibility'] as const
export type Goal = (typeof GOALS)[number]

/** The codecs of Kafka's producers. */
export const codecs: DatedTable<CodecRow> = {
  title: 'Compression codecs',
  asOf: '2026-11-29',
  staleAfterDays: 730,
  sources: [
    'the chapter, III.11.4.2 (its figures are expectations)',
    'https://kafka.apache.org/documentation/#producerconfigs_compression.type',
  ],
  rows: [
    { codec: 'none', savesPercent: 0, compressSpeed: 4, goodFor: [], note: 'for tests, or records that are compressed already' },
    { codec: 'gzip', savesPercent: 70, compressSpeed: 1, goodFor: ['archive', 'compatibility'], note: 'slow to write' },
    {
      codec: 'snappy',
      savesPercent: 50,
      compressSpeed: 3,
      goodFor: ['throughput', 'compatibility'],
      note: 'every client knows it',
    },
    { codec: 'lz4', savesPercent: 55, compressSpeed: 4, goodFor: ['throughput'], note: 'the usual choice' },
    {
      codec: 'zstd',
      savesPercent: 65,
      compressSpeed: 3,
      goodFor: ['ratio', 'archive'],
      note: 'needs clients of 2.1 or newer; levels since 3.8',
    },
  ],
}
