import type { DatedTable } from '../../support/dated-table.ts'

/** A model of disaster recovery with what it promises. `…Ms` is how its words are read: the most that still keeps the promise. */
export interface ModelRow {
  readonly model: 'backup-restore' | 'pilot-light' | 'warm-standby' | 'hot-standby' | 'active-active'
  readonly rto: string
  readonly rtoMs: number
  readonly rpo: string
  readonly rpoMs: number
  readonly note: string
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** The chapter's models. Hours are read as less than a day, minutes as less than an hour, seconds as less than a minute, ~0 as a second. */
export const models: DatedTable<ModelRow> = {
  title: 'Models of disaster recovery, with RTO and RPO',
  asOf: '2026-11-29',
  staleAfterDays: 730,
  sources: ['the chapter, III.11.5.1'],
  rows: [
    {
      model: 'backup-restore',
      rto: 'hours',
      rtoMs: 24 * HOUR_MS,
      rpo: 'hours',
      rpoMs: 24 * HOUR_MS,
      note: 'as old as the last copy',
    },
    {
      model: 'pilot-light',
      rto: '30-60 min',
      rtoMs: HOUR_MS,
      rpo: 'minutes',
      rpoMs: HOUR_MS,
      note: 'the DR side must be grown first',
    },
    {
      model: 'warm-standby',
      rto: '10-30 min',
      rtoMs: 30 * MINUTE_MS,
      rpo: 'seconds',
      rpoMs: MINUTE_MS,
      note: 'replicated, with fewer nodes',
    },
    {
      model: 'hot-standby',
      rto: '< 5 min',
      rtoMs: 5 * MINUTE_MS,
      rpo: '~0',
      rpoMs: 1000,
      note: 'MirrorMaker 2 is asynchronous: near zero only while it keeps up',
    },
    {
      model: 'active-active',
      rto: '~0',
      rtoMs: 1000,
      rpo: '~0',
      rpoMs: 1000,
      note: 'asynchronous both ways: near zero only while both keep up',
    },
  ],
}

/** Names of the models. */
export const MODELS = ['backup-restore', 'pilot-light', 'warm-standby', 'hot-standby', 'active-active'] as const
