import { nearest } from '../../../engine/index.ts'
import { type MirrorPart, mirrorProperties, renamedMirrorProperties } from './tables/mirror-properties.ts'

export type MirrorLine = '3.9' | '4.3'

/** Something in a configuration that MirrorMaker 2 would ignore, or take for something else. */
export interface MirrorProblem {
  readonly property: string
  readonly reason: string
  /** What to write instead, where one is near. */
  readonly expected: string | null
}

type Config = ReadonlyMap<string, string>
type Scope = readonly MirrorPart[]

/** The filters of topics, groups and settings are classes of their own, whose names every flow takes. */
const FILTERS = ['topics', 'topics.exclude', 'groups', 'groups.exclude', 'config.properties.exclude', 'use.defaults.from']
/** What comes after these is for others to know. */
const OPEN = /^(?:transforms|predicates|config\.providers|topic\.creation|metrics\.context|admin\.listeners|response\.http)\./
const CONNECTORS: Scope = ['connector', 'source', 'checkpoint', 'heartbeat', 'security']

const namesOf = (parts: Scope, line: MirrorLine): ReadonlySet<string> =>
  new Set([
    ...mirrorProperties.rows
      .filter(({ part }) => parts.includes(part))
      .flatMap(({ both, only39, only43 }) => [...both, ...(line === '3.9' ? only39 : only43)]),
    ...(parts.includes('source') || parts.includes('checkpoint') ? FILTERS : []),
  ])

/** Looks through the properties of a dedicated MirrorMaker 2. */
export function lintDedicated(config: Config, line: MirrorLine): readonly MirrorProblem[] {
  const clusters = (config.get('clusters') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  if (clusters.length < 2)
    return [{ property: 'clusters', reason: 'names fewer than two clusters: nothing would be copied', expected: null }]
  return [...config.keys()]
    .flatMap((property) => lintDedicatedOne(property, { clusters, line }))
    .concat(lintFlows(config, clusters))
}

function lintDedicatedOne(
  property: string,
  { clusters, line }: { readonly clusters: readonly string[]; readonly line: MirrorLine },
): readonly MirrorProblem[] {
  const flow = /^([^.\s]+)->([^.\s]+)\.(.+)$/.exec(property)
  if (flow !== null) {
    const [, source = '', target = '', name = ''] = flow
    const unknown = [source, target].find((one) => !clusters.includes(one))
    if (unknown !== undefined) return [{ property, reason: `${unknown} is not among clusters`, expected: null }]
    const data = /^(?:producer)\.(?!override\.)(.+)$/.exec(name)
    if (data !== null)
      return [
        {
          property,
          reason: 'is for the writer of offset-syncs, not for the data',
          expected: `${target}.producer.${data[1] ?? ''}`,
        },
      ]
    const access = /^(source|target)\.cluster\.((?:sasl|ssl|security)\..+)$/.exec(name)
    if (access !== null) {
      const cluster = access[1] === 'source' ? source : target
      return [{ property, reason: 'leaves the workers without it', expected: `${cluster}.${access[2] ?? ''}` }]
    }
    return unknownName(property, name, { parts: CONNECTORS, line })
  }
  const cluster = clusters.find((one) => property.startsWith(`${one}.`))
  if (cluster === undefined) return unknownName(property, property, { parts: ['maker', 'client', 'worker', ...CONNECTORS], line })
  const name = property.slice(cluster.length + 1)
  return unknownName(property, name, { parts: ['client', 'worker', ...CONNECTORS], line })
}

/** What a flow cannot do without. */
function lintFlows(config: Config, clusters: readonly string[]): readonly MirrorProblem[] {
  const enabled = [...config].flatMap(([property, value]) =>
    /^(\S+)->(\S+)\.enabled$/.test(property) && value.trim() === 'true' ? [property.replace(/\.enabled$/, '')] : [],
  )
  const policy = config.get('replication.policy.class') ?? ''
  const both = policy.endsWith('IdentityReplicationPolicy')
    ? enabled.filter((flow) => enabled.includes(flow.split('->').toReversed().join('->')))
    : []
  return [
    ...clusters
      .filter((one) => !config.has(`${one}.bootstrap.servers`))
      .map((one) => ({ property: `${one}.bootstrap.servers`, reason: 'is missing', expected: null })),
    ...(enabled.length === 0
      ? [{ property: 'A->B.enabled', reason: 'no flow is enabled: nothing would be copied', expected: null }]
      : []),
    ...both.map((flow) => ({
      property: `${flow}.enabled`,
      reason: 'both ways under IdentityReplicationPolicy: records would go round for ever',
      expected: 'DefaultReplicationPolicy',
    })),
  ]
}

const CLASSES: Readonly<Record<string, MirrorPart>> = {
  MirrorSourceConnector: 'source',
  MirrorCheckpointConnector: 'checkpoint',
  MirrorHeartbeatConnector: 'heartbeat',
}

/** Looks through the configuration of one connector of MirrorMaker 2 on a Connect cluster. */
export function lintConnector(config: Config, line: MirrorLine): readonly MirrorProblem[] {
  const name = (config.get('connector.class') ?? '').split('.').at(-1) ?? ''
  const part = CLASSES[name] ?? CLASSES[`${name}Connector`]
  if (part === undefined)
    return [
      {
        property: 'connector.class',
        reason: `${name || 'nothing'} is none of MirrorMaker 2`,
        expected: Object.keys(CLASSES)[0] ?? null,
      },
    ]
  const parts: Scope = ['connector', part, 'security']
  const missing = ['source.cluster.alias', 'target.cluster.alias'].filter((one) => !config.has(one))
  const isLost = part === 'heartbeat' && !config.has('producer.override.bootstrap.servers')
  return [
    ...[...config.keys()].flatMap((property) => unknownName(property, property, { parts, line })),
    ...missing.map((property) => ({ property, reason: 'is missing', expected: null })),
    ...(isLost
      ? [
          {
            property: 'producer.override.bootstrap.servers',
            reason: "is missing: the beats would go to the worker's own cluster, and the status would say RUNNING",
            expected: null,
          },
        ]
      : []),
  ]
}

/** Looks through what a Connect cluster is given for its worker. */
export function lintWorker(config: Config, line: MirrorLine): readonly MirrorProblem[] {
  return [...config.keys()].flatMap((property) =>
    unknownName(property, property, { parts: ['worker', 'client', 'security'], line }),
  )
}

interface Where {
  readonly parts: Scope
  readonly line: MirrorLine
}

/** The parts behind a prefix that passes properties on, longest prefix first. */
const PASSED: readonly (readonly [RegExp, MirrorPart])[] = [
  [/^(?:source\.|target\.)?producer\.(?:override\.)?/, 'producer'],
  [/^(?:source\.|target\.)?consumer\.(?:override\.)?/, 'consumer'],
  [/^(?:source\.|target\.)?admin\.(?:override\.)?(?!timeout\.ms|listeners)/, 'admin'],
  [/^(?:source|target)\.cluster\.(?!alias$)(?:producer|consumer|admin)\./, 'producer'],
  [/^(?:source|target)\.cluster\.(?!alias$)/, 'client'],
]

function unknownName(property: string, name: string, { parts, line }: Where): readonly MirrorProblem[] {
  if (OPEN.test(name)) return []
  const passed = PASSED.find(([prefix]) => prefix.test(name))
  const prefix = passed === undefined ? '' : (passed[0].exec(name)?.[0] ?? '')
  const own = passed === undefined ? parts : ([passed[1], 'security', 'client'] as const)
  const rest = name.slice(prefix.length)
  const known = namesOf(own, line)
  if (known.has(rest)) return []
  const before = property.slice(0, property.length - rest.length)
  const renamed = renamedMirrorProperties[rest]
  if (renamed !== undefined && line === '4.3') return [{ property, reason: 'has another name', expected: `${before}${renamed}` }]
  if (renamed !== undefined) return [{ property, reason: 'is not known under this name', expected: `${before}${renamed}` }]
  const near = nearest(rest, known)
  return [{ property, reason: 'is not known and would be ignored', expected: near === null ? null : `${before}${near}` }]
}
