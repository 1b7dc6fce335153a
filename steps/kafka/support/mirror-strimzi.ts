import { z } from 'zod'
import { lintConnector, lintWorker, type MirrorLine, type MirrorProblem } from './mirror-lint.ts'

const config = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({})
const connector = z.looseObject({ config })
const resource = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    version: z.string().default(''),
    connectCluster: z.string(),
    clusters: z.array(z.looseObject({ alias: z.string(), config })),
    mirrors: z.array(
      z.looseObject({
        sourceCluster: z.string(),
        targetCluster: z.string(),
        sourceConnector: connector.optional(),
        checkpointConnector: connector.optional(),
        heartbeatConnector: connector.optional(),
      }),
    ),
  }),
})
type Resource = z.infer<typeof resource>
type Mirror = Resource['spec']['mirrors'][number]

const PARTS = {
  sourceConnector: 'MirrorSourceConnector',
  checkpointConnector: 'MirrorCheckpointConnector',
  heartbeatConnector: 'MirrorHeartbeatConnector',
} as const

/** What was found in the resources, and how many properties were looked at. */
export type StrimziLint =
  | { readonly ok: true; readonly problems: readonly MirrorProblem[]; readonly looked: number }
  | { readonly ok: false; readonly reason: string }

/** Looks through resources `KafkaMirrorMaker2` of Strimzi, which stand in one file. */
export function lintStrimzi(documents: readonly unknown[], line: MirrorLine): StrimziLint {
  const read = z.array(resource).safeParse(documents)
  if (!read.success) {
    const [issue] = read.error.issues
    return { ok: false, reason: `is no KafkaMirrorMaker2: ${issue?.path.slice(1).join('.') ?? ''} ${issue?.message ?? ''}` }
  }
  const all = read.data
  const mirrors = all.flatMap(({ spec }) => spec.mirrors)
  return {
    ok: true,
    looked: all.reduce((sum, one) => sum + sizeOf(one), 0),
    problems: [...all.flatMap((one) => lintResource(one, line)), ...mirrors.flatMap((one) => lintBeats(one, mirrors))],
  }
}

const sizeOf = ({ spec }: Resource): number =>
  [
    ...spec.clusters.map((one) => one.config),
    ...spec.mirrors.flatMap((one) => Object.keys(PARTS).map((part) => one[part as keyof typeof PARTS]?.config ?? {})),
  ].reduce((sum, one) => sum + Object.keys(one).length, 0)

function lintResource({ metadata: { name }, spec }: Resource, line: MirrorLine): MirrorProblem[] {
  const aliases = spec.clusters.map(({ alias }) => alias)
  const problem = (property: string, reason: string, expected: string | null = null): MirrorProblem => ({
    property: `${name}: ${property}`,
    reason,
    expected,
  })
  const within = (found: readonly MirrorProblem[], place: string): MirrorProblem[] =>
    found.map(({ property, reason, expected }) => problem(`${place} ${property}`, reason, expected))
  const isOfLine = spec.version === '' || spec.version.split('.')[0] === line.split('.')[0]
  return [
    ...(isOfLine ? [] : [problem('version', `${spec.version} is not of the line ${line}`)]),
    ...spec.clusters.flatMap((one) => within(lintWorker(textsOf(one.config), line), `cluster ${one.alias}`)),
    ...spec.mirrors.flatMap((one) => [
      ...[one.sourceCluster, one.targetCluster]
        .filter((alias) => !aliases.includes(alias))
        .map((alias) => problem('mirrors', `${alias} is not among clusters`)),
      ...(one.targetCluster === spec.connectCluster
        ? []
        : [problem('connectCluster', `${spec.connectCluster} is not the target of a mirror`, one.targetCluster)]),
      ...(Object.keys(PARTS) as (keyof typeof PARTS)[]).flatMap((part) => {
        const own = one[part]
        return own === undefined ? [] : within(lintConnector(asDeployed(one, { part, own: own.config }), line), part)
      }),
    ]),
  ]
}

const textsOf = (own: z.infer<typeof config>): ReadonlyMap<string, string> =>
  new Map(Object.entries(own).map(([key, value]) => [key, String(value)]))

/** With what the operator adds; its worker's own cluster is the target, where the beats of a mirror go. */
const asDeployed = (
  { sourceCluster, targetCluster }: Mirror,
  { part, own }: { readonly part: keyof typeof PARTS; readonly own: z.infer<typeof config> },
): ReadonlyMap<string, string> =>
  new Map([
    ...textsOf(own),
    ['connector.class', PARTS[part]],
    ['source.cluster.alias', sourceCluster],
    ['target.cluster.alias', targetCluster],
    ['producer.override.bootstrap.servers', targetCluster],
  ])

function lintBeats({ sourceCluster, targetCluster, sourceConnector }: Mirror, all: readonly Mirror[]): MirrorProblem[] {
  const beats = all.some((one) => one.heartbeatConnector !== undefined && one.targetCluster === sourceCluster)
  if (sourceConnector === undefined || beats) return []
  return [
    {
      property: `${sourceCluster}->${targetCluster}`,
      reason: `is without beats: no mirror to ${sourceCluster} has a heartbeatConnector, so ${targetCluster} never gets ${sourceCluster}.heartbeats`,
      expected: null,
    },
  ]
}
