import type { DatedTable } from '../../../support/dated-table.ts'

/** A way to move a topic to another cluster. Complexity counts from 1. */
export interface StrategyRow {
  readonly strategy: 'dual-write' | 'mirrormaker' | 'export-import' | 'consumer-producer'
  readonly downtime: 'none' | 'seconds' | 'variable' | 'long'
  readonly complexity: 1 | 2 | 3
  /** What it cannot do without. */
  readonly needs: readonly ('producers that can write twice' | 'a link between the clusters' | 'an application of its own')[]
  readonly keepsOffsets: boolean
  readonly note: string
}

/** The chapter's strategies, with what each of them asks for. */
export const strategies: DatedTable<StrategyRow> = {
  title: 'Strategies to migrate topics',
  asOf: '2026-11-29',
  staleAfterDays: 730,
  sources: ['the chapter, III.11.2.3', 'https://kafka.apache.org/documentation/#georeplication'],
  rows: [
    {
      strategy: 'dual-write',
      downtime: 'none',
      complexity: 3,
      needs: ['producers that can write twice'],
      keepsOffsets: false,
      note: 'two writes are not one transaction: the copies differ after a failure of either',
    },
    {
      strategy: 'mirrormaker',
      downtime: 'seconds',
      complexity: 2,
      needs: ['a link between the clusters'],
      keepsOffsets: true,
      note: 'consumers move with translated offsets, which may read some records twice',
    },
    {
      strategy: 'export-import',
      downtime: 'long',
      complexity: 1,
      needs: [],
      keepsOffsets: false,
      note: 'producers stand still from the export to the end of the import',
    },
    {
      strategy: 'consumer-producer',
      downtime: 'variable',
      complexity: 2,
      needs: ['a link between the clusters', 'an application of its own'],
      keepsOffsets: false,
      note: 'where records must be changed on the way',
    },
  ],
}
