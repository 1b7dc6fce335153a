import type { DatedTable } from '../../../support/dated-table.ts'

/** What going back costs once this phase of an upgrade is the last one that was completed. */
export interface RollbackRow {
  readonly phase: 'binaries' | 'metadata' | 'clients'
  /** The chapter's own word for it. */
  readonly chapter: string
  readonly action: string
  readonly risk: 'easy' | 'one-way' | 'hard'
  readonly how: string
}

/** An upgrade of a KRaft cluster, phase by phase. */
export const rollbackRisk: DatedTable<RollbackRow> = {
  title: 'Risk of rolling back an upgrade, by phase',
  asOf: '2026-11-29',
  staleAfterDays: 365,
  sources: [
    'https://kafka.apache.org/documentation/#upgrade',
    'Apache Kafka 4.3: FeatureControlManager, MetadataVersion.checkIfMetadataChanged',
    'a three-node cluster taken from 3.9.2 to 4.3.1, one node back, then finalised',
  ],
  rows: [
    {
      phase: 'binaries',
      chapter: 'Mise à niveau binaires (facile)',
      action: 'controllers, then brokers, on the new release; metadata.version as before',
      risk: 'easy',
      how: 'roll the old binaries back, one node after the other',
    },
    {
      phase: 'metadata',
      chapter: 'Protocole inter-broker (modéré)',
      action: 'kafka-features.sh upgrade: metadata.version and the other features',
      risk: 'one-way',
      how: 'kafka-features.sh downgrade, only where no metadata change lies between the two levels; else only what was copied elsewhere',
    },
    {
      phase: 'clients',
      chapter: 'Format messages (difficile)',
      action: 'clients use what is new: group.protocol=consumer, transactions v2, share groups',
      risk: 'hard',
      how: 'each client goes back by itself; a group that used the new protocol needs brokers of 3.4.1 or newer',
    },
  ],
}

/** Levels of metadata.version at which the metadata changed: no downgrade crosses one. */
export const metadataChanges: DatedTable<string> = {
  title: 'Levels of metadata.version that change the metadata',
  asOf: '2026-11-29',
  staleAfterDays: 120,
  sources: ['Apache Kafka 4.3 and its development branch: MetadataVersion'],
  rows: ['3.7-IV2', '4.0-IV1', '4.3-IV0', '4.4-IV1', '4.4-IV2'],
}
