import { describe, expect, onTestFinished, test } from 'vitest'
import type { StepOutcome, StepType } from '../../engine/index.ts'
import objective from '../../steps/dr/objective.ts'
import { models, MODELS } from '../../steps/dr/support/dr-models.ts'
import compressionChoice from '../../steps/kafka/compression-choice.ts'
import migrationStrategy from '../../steps/kafka/migration-strategy.ts'
import performanceProfile from '../../steps/kafka/performance-profile.ts'
import rollbackRisk from '../../steps/kafka/rollback-risk.ts'
import { codecs } from '../../steps/kafka/support/tables/compression.ts'
import { strategies } from '../../steps/kafka/support/tables/migration-strategies.ts'
import { profiles } from '../../steps/kafka/support/tables/performance-profiles.ts'
import { metadataChanges, rollbackRisk as risks } from '../../steps/kafka/support/tables/rollback-risk.ts'
import { versions } from '../../steps/kafka/support/tables/versions.ts'
import versionSupport from '../../steps/kafka/version-support.ts'
import { ageOf, type DatedTable } from '../../steps/support/dated-table.ts'
import { bench, execute } from './support/tools.ts'

const tables: readonly DatedTable<unknown>[] = [versions, risks, metadataChanges, strategies, codecs, profiles, models]

describe.each(tables.map((table) => [table.title, table] as const))('the table "%s"', (_, table) => {
  test('says of which day it is, how long that holds, and who says so', () => {
    expect(table.asOf).toMatch(/^20\d\d-\d\d-\d\d$/)
    expect(new Date(`${table.asOf}T00:00:00Z`).toISOString().slice(0, 10)).toBe(table.asOf)
    expect(table.staleAfterDays).toBeGreaterThanOrEqual(30)
    expect(table.sources.length).toBeGreaterThan(0)
    expect(table.sources.every((source) => source.trim().length > 10)).toBe(true)
  })

  test('has each row once, and nothing empty in it', () => {
    expect(table.rows.length).toBeGreaterThan(2)
    expect(new Set(table.rows.map((row) => (typeof row === 'string' ? row : Object.values(row as object)[0]))).size).toBe(
      table.rows.length,
    )
    for (const row of table.rows) expect(Object.values(row as object)).not.toContain('')
  })
})

test('the five models are those that the step knows, each promising at least as much as the one before', () => {
  expect(models.rows.map(({ model }) => model)).toEqual([...MODELS])
  expect(models.rows.map(({ rtoMs }) => rtoMs)).toEqual(models.rows.map(({ rtoMs }) => rtoMs).toSorted((a, b) => b - a))
})

test('a table is stale the day after it may be trusted, not before', () => {
  const table = { ...versions, asOf: '2026-01-01', staleAfterDays: 10 }
  expect(ageOf(table, new Date('2026-01-11T23:00:00Z'))).toEqual({ days: 10, stale: false })
  expect(ageOf(table, new Date('2026-01-12T00:00:00Z'))).toEqual({ days: 11, stale: true })
})

/** Runs a step type with a clock that stands at noon of a day. */
async function on(day: string, type: StepType, input: unknown): Promise<StepOutcome<any>> {
  const own = bench()
  onTestFinished(() => own.remove())
  const tools = own.tools()
  return execute(type, input, { ...tools, clock: { ...tools.clock, now: () => new Date(`${day}T12:00:00Z`) } })
}

describe('kafka.version-support', () => {
  test.each([
    ['4.3.1', '2026-11-30', 'done', 'pass', 'supported'],
    ['4.1', '2026-11-30', 'done', 'warn', 'ending'],
    ['3.9.2', '2026-11-30', 'done', 'warn', 'ending'],
    ['4.0.1', '2026-11-30', 'failed', 'fail', 'ended'],
    ['3.4.0', '2026-11-30', 'failed', 'fail', 'ended'],
    ['4.4.0', '2026-11-30', 'failed', 'unknown', 'unknown'],
    ['4.3.1', '2027-11-30', 'failed', 'unknown', 'supported'],
    ['3.4.0', '2027-11-30', 'failed', 'fail', 'ended'],
  ])('%s on %s', async (version, day, status, verdict, support) => {
    const outcome = await on(day, versionSupport, { version })
    expect(outcome).toMatchObject({ status, verdict, output: { support, asOf: versions.asOf } })
  })
})

describe('kafka.rollback-risk', () => {
  test.each([
    ['binaries', '3.9.2', '4.3.1', 'possible', 'pass', 'easy', ''],
    ['metadata', '3.9.2', '4.3.1', 'possible', 'fail', 'one-way', '4.0-IV1'],
    ['metadata', '4.2.1', '4.3.1', 'possible', 'fail', 'one-way', '4.3-IV0'],
    ['metadata', '4.0.1', '4.2.1', 'possible', 'pass', 'possible', ''],
    ['metadata', '3.7-IV2', '3.9.2', 'possible', 'pass', 'possible', ''],
    ['metadata', '3.7-IV1', '3.9.2', 'possible', 'fail', 'one-way', '3.7-IV2'],
    ['metadata', '3.9.2', '4.3.1', 'one-way', 'warn', 'one-way', '4.0-IV1'],
    ['clients', '4.2.1', '4.3.1', 'one-way', 'fail', 'hard', ''],
  ] as const)('%s from %s to %s, allowed %s', async (phase, from, to, allow, verdict, risk, crosses) => {
    const outcome = await on('2026-11-30', rollbackRisk, { phase, from, to, allow })
    expect(outcome).toMatchObject({ verdict, output: { risk, crosses } })
  })

  test('an old table does not know of the newest change', async () => {
    const outcome = await on('2028-11-30', rollbackRisk, { phase: 'metadata', from: '4.0', to: '4.2', allow: 'possible' })
    expect(outcome).toMatchObject({ status: 'failed', verdict: 'unknown', output: { stale: true } })
  })
})

describe('kafka.migration-strategy', () => {
  test.each([
    [{ downtime: 'seconds' }, 'mirrormaker'],
    [{ downtime: 'long' }, 'export-import'],
    [{ downtime: 'long', keepOffsets: true }, 'mirrormaker'],
    [{ downtime: 'none', dualWrite: true }, 'dual-write'],
    [{ downtime: 'long', linked: false }, 'export-import'],
    [{ downtime: 'none' }, null],
    [{ downtime: 'seconds', linked: false }, null],
  ])('%j', async (input, strategy) => {
    const outcome = await on('2026-11-30', migrationStrategy, input)
    expect(outcome).toMatchObject(
      strategy === null ? { status: 'failed', verdict: 'fail' } : { verdict: 'pass', output: { strategy } },
    )
  })
})

test.each([
  ['lz4', 'throughput', 'pass'],
  ['zstd', 'ratio', 'pass'],
  ['gzip', 'throughput', 'warn'],
  ['none', 'archive', 'warn'],
])('compression %s for %s', async (codec, goal, verdict) => {
  expect(await on('2026-11-30', compressionChoice, { codec, goal })).toMatchObject({ verdict })
})

describe('dr.objective', () => {
  test.each([
    [{ model: 'hot-standby', rto: '3m12s', rpo: '800ms' }, 'pass', 'met', 'met'],
    [{ model: 'hot-standby', rto: '5m', rpo: '0' }, 'pass', 'met', 'met'],
    [{ model: 'hot-standby', rto: '5m01s', rpo: '0' }, 'fail', 'missed', 'met'],
    [{ model: 'hot-standby', rto: '3m', rpo: '4s' }, 'fail', 'met', 'missed'],
    [{ model: 'hot-standby', rto: '3m' }, 'unknown', 'met', 'not measured'],
    [{ model: 'hot-standby', rto: '', rpo: 'not measured' }, 'unknown', 'not measured', 'not measured'],
    [{ model: 'hot-standby', rto: '3m', rpo: '48210' }, 'unknown', 'met', 'not measured'],
    [{ model: 'warm-standby', rto: '9m', rpo: '4s', simulated: 1 }, 'unknown', 'simulated', 'met'],
    [{ model: 'warm-standby', rto: '45m', rpo: '4s', simulated: 1 }, 'fail', 'missed', 'met'],
    [{ rto: '9m05s', rtoTarget: '15m' }, 'pass', 'met', 'no target'],
    [{ model: 'pilot-light', rto: '9m05s', rpo: '1m', rtoTarget: '5m' }, 'fail', 'missed', 'met'],
    [{ rto: '9m05s', rpo: '1s' }, 'unknown', 'no target', 'no target'],
  ])('%j', async (input, verdict, rto, rpo) => {
    const outcome = await on('2026-11-30', objective, input)
    expect(outcome).toMatchObject({
      verdict,
      status: verdict === 'pass' ? 'done' : 'failed',
      output: { rto, rpo, met: verdict === 'pass' },
    })
  })
})

describe('kafka.performance-profile', () => {
  const ask = (input: object) => on('2026-11-30', performanceProfile as StepType, input)

  test('a profile is tried without what is wrong in it, and says why that is left out', async () => {
    const said = await ask({ kind: 'producer', profile: 'producer-throughput' })
    expect(said).toMatchObject({
      status: 'done',
      verdict: 'warn',
      output: {
        change: 'batch.size=65536 linger.ms=10 buffer.memory=67108864 compression.type=lz4',
        settings: { 'linger.ms': '10' },
        refused: ['retries=3 (gives up long before delivery.timeout.ms: leave the default)'],
      },
    })
    expect(said.summary).toContain('so by default: acks, ')
  })

  test('what brokers take at most twice of at once is tried in a smaller step, and their file is left alone', async () => {
    const said = await ask({ kind: 'broker', profile: 'broker' })
    expect(said.output.change).toBe('num.network.threads=6 num.io.threads=16 num.replica.fetchers=2')
    expect(said.output.refused.join(' ')).toMatch(
      /log\.flush\.interval\.ms=1000 .*replica\.fetch\.max\.bytes=10485760 \(in server/,
    )
  })

  test.each([
    ['own settings are tried', { change: 'linger.ms=20  acks=1' }, 'pass', 'tries linger.ms=20 acks=1'],
    [
      'with a warning where the table knows better',
      { change: 'retries=5' },
      'warn',
      'the profiles leave out retries=5 (gives up',
    ],
    [
      'what no broker takes while it runs is not',
      { kind: 'broker', change: 'replica.fetch.max.bytes=1' },
      'fail',
      'cannot be tried',
    ],
    ['nor what is no setting', { change: 'linger.ms 20' }, 'fail', 'expected key=value, found linger.ms 20'],
    ['nor nothing', { change: '' }, 'fail', 'found nothing'],
    ['a profile is of one kind', { kind: 'consumer', profile: 'broker' }, 'fail', 'a profile of a broker, not of a consumer'],
    ['codecs change nothing', { kind: 'compression' }, 'pass', 'nothing is changed'],
  ])('%s', async (_, more, verdict, words) => {
    const said = await ask({ kind: 'producer', profile: 'own', ...more })
    expect(said).toMatchObject({ status: verdict === 'fail' ? 'failed' : 'done', verdict })
    expect(said.summary).toContain(words)
  })
})
