import type { DatedTable } from '../../../support/dated-table.ts'

/** How the community treats a line of releases: the last three minor ones get fixes. */
export interface VersionRow {
  /** `4.3`. */
  readonly line: string
  /** Its newest release. */
  readonly newest: string
  readonly support: 'supported' | 'ending' | 'ended'
  readonly note: string
}

/** Apache Kafka's lines. It has no yearly major version and no support of two or three years: some three minor releases a year. */
export const versions: DatedTable<VersionRow> = {
  title: 'Apache Kafka release lines',
  asOf: '2026-11-29',
  staleAfterDays: 120,
  sources: [
    'https://cwiki.apache.org/confluence/display/KAFKA/Time+Based+Release+Plan (fixes for the last three releases)',
    'https://kafka.apache.org/downloads',
    'Maven Central: the newest lines whose every artifact is there are 4.3.1 and 3.9.2',
  ],
  rows: [
    { line: '4.3', newest: '4.3.1', support: 'supported', note: 'the newest line that is complete' },
    { line: '4.2', newest: '4.2.1', support: 'supported', note: 'one of the last three' },
    { line: '4.1', newest: '4.1.2', support: 'ending', note: 'the third of the last three: 4.4 replaces it' },
    { line: '4.0', newest: '4.0.1', support: 'ended', note: 'no longer one of the last three' },
    {
      line: '3.9',
      newest: '3.9.2',
      support: 'ending',
      note: 'not one of the last three; the last line with ZooKeeper and the only bridge to 4.x, so fixes still came',
    },
    { line: '3.8', newest: '3.8.1', support: 'ended', note: 'go to 3.9 first' },
    { line: '3.7', newest: '3.7.2', support: 'ended', note: 'go to 3.9 first' },
    { line: '3.6', newest: '3.6.2', support: 'ended', note: 'go to 3.9 first' },
    { line: '3.5', newest: '3.5.2', support: 'ended', note: 'go to 3.9 first' },
    { line: '3.4', newest: '3.4.1', support: 'ended', note: 'go to 3.9 first' },
    { line: '3.3', newest: '3.3.2', support: 'ended', note: 'go to 3.9 first' },
  ],
}
