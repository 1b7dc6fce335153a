import type { DatedTable } from '../../../support/dated-table.ts'

/** The chapter's profiles. */
export const PROFILES = ['producer-throughput', 'consumer-latency', 'consumer-throughput', 'broker'] as const
export type ProfileName = (typeof PROFILES)[number]

/** What a profile is of. */
export const KINDS = ['producer', 'consumer', 'broker'] as const
export type Kind = (typeof KINDS)[number]

/**
 * One setting. `try`: worth an experiment. `default`: it is so already, in 3.9 and 4.x. `refuse`: wrong, for the reason given.
 * `restart`: brokers read it from their file only.
 */
export interface ProfileSetting {
  readonly key: string
  /** The chapter's value. */
  readonly value: string
  readonly take: 'try' | 'default' | 'refuse' | 'restart'
  /** What is tried, where that is not the chapter's value. */
  readonly tried?: string
  readonly note: string
}

export interface ProfileRow {
  readonly profile: ProfileName
  readonly kind: Kind
  readonly settings: readonly ProfileSetting[]
}

const AS_IS = 'so by default'
const GROUP = 'rejected with group.protocol=consumer, where the brokers decide'
const FLUSH = 'forces a flush to the disk, which replication makes unnecessary: Kafka leaves it to the operating system'
const TWICE = 'brokers take at most twice the present value at once'

/** The chapter's profiles, with what is right, what is so anyway and what is wrong in Kafka 3.9 and 4.x. */
export const profiles: DatedTable<ProfileRow> = {
  title: 'Performance profiles',
  asOf: '2026-11-30',
  staleAfterDays: 730,
  sources: [
    'the chapter, III.11.4.2 to III.11.4.4 (its values)',
    'https://kafka.apache.org/documentation/#configuration (defaults, and what brokers take while they run)',
  ],
  rows: [
    {
      profile: 'producer-throughput',
      kind: 'producer',
      settings: [
        { key: 'batch.size', value: '65536', take: 'try', note: 'more records a request' },
        { key: 'linger.ms', value: '10', take: 'try', note: 'the default is 0 in 3.9 and 5 since 4.0' },
        { key: 'buffer.memory', value: '67108864', take: 'try', note: 'room for the larger batches' },
        { key: 'compression.type', value: 'lz4', take: 'try', note: 'PROFILE=compression compares the codecs' },
        { key: 'acks', value: 'all', take: 'default', note: AS_IS },
        { key: 'retries', value: '3', take: 'refuse', note: 'gives up long before delivery.timeout.ms: leave the default' },
        { key: 'retry.backoff.ms', value: '100', take: 'default', note: AS_IS },
        { key: 'enable.idempotence', value: 'true', take: 'default', note: AS_IS },
        { key: 'request.timeout.ms', value: '30000', take: 'default', note: AS_IS },
        { key: 'delivery.timeout.ms', value: '120000', take: 'default', note: AS_IS },
        { key: 'send.buffer.bytes', value: '131072', take: 'default', note: AS_IS },
        { key: 'max.in.flight.requests.per.connection', value: '5', take: 'default', note: AS_IS },
      ],
    },
    {
      profile: 'consumer-latency',
      kind: 'consumer',
      settings: [
        { key: 'fetch.min.bytes', value: '1', take: 'default', note: AS_IS },
        { key: 'fetch.max.wait.ms', value: '100', take: 'try', note: 'counts only where fetch.min.bytes is more than 1' },
        { key: 'max.poll.records', value: '100', take: 'try', note: 'each poll is worked off sooner' },
        { key: 'session.timeout.ms', value: '10000', take: 'refuse', note: `makes no record faster; ${GROUP}` },
        { key: 'heartbeat.interval.ms', value: '3000', take: 'refuse', note: `so by default; ${GROUP}` },
      ],
    },
    {
      profile: 'consumer-throughput',
      kind: 'consumer',
      settings: [
        { key: 'fetch.min.bytes', value: '65536', take: 'try', note: 'fewer, fuller fetches' },
        { key: 'fetch.max.bytes', value: '52428800', take: 'default', note: AS_IS },
        { key: 'fetch.max.wait.ms', value: '500', take: 'default', note: AS_IS },
        { key: 'max.poll.records', value: '1000', take: 'try', note: 'all of them within max.poll.interval.ms' },
        { key: 'max.partition.fetch.bytes', value: '10485760', take: 'try', note: 'as much memory for each partition' },
      ],
    },
    {
      profile: 'broker',
      kind: 'broker',
      settings: [
        { key: 'num.network.threads', value: '8', take: 'try', tried: '6', note: `the default is 3; ${TWICE}` },
        { key: 'num.io.threads', value: '16', take: 'try', note: `the default is 8; ${TWICE}` },
        { key: 'num.replica.fetchers', value: '4', take: 'try', tried: '2', note: `the default is 1; ${TWICE}` },
        { key: 'socket.send.buffer.bytes', value: '102400', take: 'default', note: AS_IS },
        { key: 'socket.receive.buffer.bytes', value: '102400', take: 'default', note: AS_IS },
        { key: 'socket.request.max.bytes', value: '104857600', take: 'default', note: AS_IS },
        { key: 'log.flush.interval.messages', value: '10000', take: 'refuse', note: FLUSH },
        { key: 'log.flush.interval.ms', value: '1000', take: 'refuse', note: FLUSH },
        { key: 'replica.fetch.min.bytes', value: '1', take: 'default', note: AS_IS },
        {
          key: 'replica.fetch.max.bytes',
          value: '10485760',
          take: 'restart',
          note: 'in server.properties, by a rolling restart',
        },
        { key: 'replica.fetch.wait.max.ms', value: '500', take: 'default', note: AS_IS },
        { key: 'replica.lag.time.max.ms', value: '30000', take: 'default', note: AS_IS },
        { key: 'log.segment.bytes', value: '1073741824', take: 'default', note: AS_IS },
        { key: 'log.retention.check.interval.ms', value: '300000', take: 'default', note: AS_IS },
        { key: 'compression.type', value: 'producer', take: 'default', note: AS_IS },
        { key: 'log.flush.scheduler.interval.ms', value: '9223372036854775807', take: 'default', note: AS_IS },
        {
          key: 'quota.producer.default',
          value: '10485760',
          take: 'refuse',
          note: 'gone since 3.0: a quota is set in the cluster',
        },
        {
          key: 'quota.consumer.default',
          value: '10485760',
          take: 'refuse',
          note: 'gone since 3.0: a quota is set in the cluster',
        },
      ],
    },
  ],
}
