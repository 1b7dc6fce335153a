import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome, StepTools } from '../../engine/index.ts'
import { describeFeatures } from './support/api/describe-features.ts'
import { updateFeatures } from './support/api/update-features.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { until } from './support/until.ts'

const input = z.strictObject({
  ...clusterInput,
  features: z
    .record(z.string().min(1), z.int().min(1))
    .refine((given) => Object.keys(given).length > 0, 'Invalid input: expected one feature or more')
    .describe(
      'Levels by feature: `{metadata.version: 30, transaction.version: 2}`. Leave `kraft.version` out of an upgrade: it can never be lowered.',
    ),
  dryRun: z.boolean().default(false).describe('Only ask whether every node would take it.'),
  limitMs: z.int().positive().default(30_000).describe('How long it may take until every broker knows it, in milliseconds.'),
})

type Input = z.infer<typeof input>
type Levels = Readonly<Record<string, number>>

const output = z.strictObject({
  changed: z.array(z.string()).describe('Features whose level is another than before.'),
  levels: z.record(z.string(), z.int()).describe('Their levels now.'),
})

const was = z.record(z.string(), z.int())

export default defineStep({
  name: 'kafka.finalize-features',
  summary: 'Finalise feature levels after an upgrade. Most cannot be taken back: old binaries do not start any more.',
  effect: 'destroys',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Would every node take it?',
      yaml: 'cluster: kafka-1:9092\nfeatures: {metadata.version: 30}\ndryRun: true',
      says: 'ask kafka-1:9092 whether it would take metadata.version 30',
    },
    {
      title: '4.3, without kraft.version',
      yaml: 'cluster: kafka-1:9092\nfeatures: {metadata.version: 30, transaction.version: 2, group.version: 1}',
      says: 'finalise metadata.version 30, transaction.version 2, group.version 1 on kafka-1:9092, which cannot be taken back',
    },
  ],
  describe: ({ cluster, features, dryRun }) =>
    dryRun
      ? `ask ${cluster} whether it would take ${sayLevels(features)}`
      : `finalise ${sayLevels(features)} on ${cluster}, which cannot be taken back`,
  byHand: (given) => {
    const levels = Object.entries(given.features).flatMap(([name, level]) => ['--feature', `${name}=${level}`])
    return byTool('kafka-features', given, 'upgrade', ...levels, ...(given.dryRun ? ['--dry-run'] : []))
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await levelsOf(cluster.value, Object.keys(given.features)) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const left = lower(now.value, given.features)
    const before: Json = { ...now.value }
    if (left.length === 0) return { status: 'done', summary: `finalised already: ${sayLevels(now.value)}`, before }
    return { status: 'needed', summary: `now ${sayLevels(now.value)}`, before }
  },
  execute: finalise,
  async undo(given, { before }, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const known = was.safeParse(before)
    if (given.dryRun) return { status: 'done', summary: 'nothing was changed' }
    if (!known.success) return { status: 'failed', summary: 'the levels before are not known' }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, 'a downgrade', cluster.failure)
    // Only where no change of the metadata's own layout lies between; Kafka says so itself, and takes all or nothing.
    const said = await updateFeatures(cluster.value, { levels: known.data, kind: 'safe-downgrade' })
    if (!said.ok) return { status: 'failed', summary: `it cannot be taken back: ${sayFailure(said.failure)}` }
    return { status: 'done', summary: `back to ${sayLevels(known.data)}` }
  },
})

const sayLevels = (levels: Levels): string =>
  Object.entries(levels)
    .map(([name, level]) => `${name} ${level}`)
    .join(', ')
const lower = (now: Levels, wanted: Levels): string[] =>
  Object.keys(wanted).filter((name) => (now[name] ?? 0) < (wanted[name] ?? 0))

/** The finalised levels that all brokers know; a broker that does not answer keeps them from being known. */
async function levelsOf(cluster: Cluster, names: readonly string[]): Promise<Result<Levels>> {
  const described = await describeFeatures(cluster)
  if (!described.ok) return described
  const silent = described.value.find(({ result }) => !result.ok)
  if (silent?.result.ok === false) return silent.result
  const levels: Record<string, number> = {}
  for (const name of names) {
    const each = described.value.map(({ result }) =>
      result.ok ? (result.value.finalized.find((one) => one.name === name)?.level ?? 0) : 0,
    )
    levels[name] = Math.min(...each)
  }
  return { ok: true, value: levels }
}

async function finalise(
  given: Input,
  tools: StepTools & { readonly kafka: Kafka },
): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const what = sayLevels(given.features)
  const cluster = await tools.kafka.connect(given, tools)
  if (!cluster.ok) return notChanged(seen, what, cluster.failure)
  const names = Object.keys(given.features)
  const before = await levelsOf(cluster.value, names)
  if (!before.ok) return { ...notChanged(seen, what, before.failure), status: 'not-started' }
  const changed = lower(before.value, given.features)
  const evidence = { before: { ...before.value }, wanted: { ...given.features }, dryRun: given.dryRun }
  if (changed.length === 0)
    return judged(seen, {
      verdict: 'pass',
      summary: `finalised already: ${sayLevels(before.value)}`,
      output: { changed: [], levels: { ...before.value } },
      evidence,
    })
  const levels = Object.fromEntries(changed.map((name) => [name, given.features[name] ?? 0]))
  // The question comes first in any case: what one node does not support is refused before anything is written.
  const asked = await updateFeatures(cluster.value, { levels, validateOnly: true })
  if (!asked.ok)
    return {
      status: 'not-started',
      verdict: 'fail',
      summary: `not taken: ${sayFailure(asked.failure)}`,
      evidence: { cluster: given.cluster, ...evidence },
    }
  if (given.dryRun)
    return judged(seen, {
      verdict: 'pass',
      summary: `${few(changed)} would be taken`,
      output: { changed, levels: { ...before.value } },
      evidence,
    })
  const said = await updateFeatures(cluster.value, { levels })
  if (!said.ok) return notChanged(seen, what, said.failure)
  return seenEverywhere(given, { cluster: cluster.value, changed, evidence }, tools)
}

/** A level counts when every broker knows it. */
async function seenEverywhere(
  given: Input,
  {
    cluster,
    changed,
    evidence,
  }: { readonly cluster: Cluster; readonly changed: string[]; readonly evidence: { readonly [name: string]: Json } },
  tools: StepTools,
): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const { reached, last } = await until({ limitMs: given.limitMs, tools }, async () => {
    const now = await levelsOf(cluster, Object.keys(given.features))
    if (!now.ok) return now
    const isThere = lower(now.value, given.features).length === 0
    return { ok: true, value: { isThere, says: `now ${sayLevels(now.value)}`, value: now.value } }
  })
  if (!reached || !last.ok) {
    const says = last.ok ? last.value.says : sayFailure(last.failure)
    return {
      ...judged(seen, { verdict: 'unknown', summary: `taken, but not seen everywhere: ${says}`, evidence }),
      status: 'unknown',
    }
  }
  const levels = { ...last.value.value }
  return judged(seen, { verdict: 'pass', summary: `finalised: ${sayLevels(levels)}`, output: { changed, levels }, evidence })
}
