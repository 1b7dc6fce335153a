import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { parseProperties } from '../../support/properties.ts'
import { lintDedicated, type MirrorLine, type MirrorProblem } from './mirror-lint.ts'
import { lintStrimzi } from './mirror-strimzi.ts'

/** What was found in a manifest, and how much was looked at. */
export type Manifest =
  | { readonly ok: true; readonly problems: readonly MirrorProblem[]; readonly looked: number }
  | { readonly ok: false; readonly reason: string }

const probe = z.looseObject({
  httpGet: z.unknown().optional(),
  tcpSocket: z.looseObject({ port: z.union([z.string(), z.number()]) }).optional(),
})
const containers = z.array(
  z.looseObject({
    image: z.string().default(''),
    command: z.array(z.string()).default([]),
    args: z.array(z.string()).default([]),
    ports: z.array(z.looseObject({ containerPort: z.number(), name: z.string().optional() })).default([]),
    livenessProbe: probe.optional(),
    readinessProbe: probe.optional(),
    startupProbe: probe.optional(),
  }),
)
type Container = z.infer<typeof containers>[number]

const document = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) })
type Document = z.infer<typeof document>
const texts = z.record(z.string(), z.string())
const workload = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers }) }) }),
})

/** Looks through the Kubernetes documents of a file: resources of Strimzi, properties in a ConfigMap, and what runs a dedicated one. */
export function lintManifest(text: string, line: MirrorLine): Manifest {
  const read = documentsOf(text)
  if (!Array.isArray(read)) return read
  const strimzi = lintStrimzi(
    read.filter(({ kind }) => kind === 'KafkaMirrorMaker2'),
    line,
  )
  if (!strimzi.ok) return strimzi
  const files = read.flatMap((one) => propertiesIn(one))
  const running = read.flatMap((one) => makersIn(one))
  const looked = strimzi.looked + files.reduce((sum, config) => sum + config.size, 0) + running.length
  if (looked === 0) return { ok: false, reason: 'has nothing of MirrorMaker 2' }
  const clusters = files.flatMap((config) => listOf(config.get('clusters')))
  return {
    ok: true,
    looked,
    problems: [
      ...strimzi.problems,
      ...files.flatMap((config) => lintDedicated(config, line)),
      ...running.flatMap((one) => [...lintProbes(one), ...lintImage(one, line)]),
      ...lintClusters(running, clusters),
    ],
  }
}

function documentsOf(text: string): Document[] | { readonly ok: false; readonly reason: string } {
  const all = parseAllDocuments(text)
  if (all.some(({ errors }) => errors.length > 0)) return { ok: false, reason: 'is no YAML' }
  const read = z.array(document).safeParse(all.map((one) => one.toJS() as unknown).filter((one) => one !== null))
  return read.success ? read.data : { ok: false, reason: 'has a document without kind and name' }
}

function propertiesIn({ kind, ['data']: data, ['stringData']: plain }: Document): ReadonlyMap<string, string>[] {
  const read = texts.safeParse(kind === 'ConfigMap' ? data : kind === 'Secret' ? plain : {})
  return Object.entries(read.data ?? {}).flatMap(([name, text]) => {
    const config = name.endsWith('.properties') ? parseProperties(text) : new Map<string, string>()
    return config.has('clusters') ? [config] : []
  })
}

interface Maker {
  readonly name: string
  readonly container: Container
  /** What it is told by `--clusters`; null: nothing. */
  readonly clusters: readonly string[] | null
}

function makersIn(one: Document): Maker[] {
  const read = workload.safeParse(one)
  if (!read.success) return []
  return read.data.spec.template.spec.containers.flatMap((container) => {
    const words = [...container.command, ...container.args].flatMap((word) => word.split(/\s+/))
    if (!words.some((word) => /connect-mirror-maker|mirror\.MirrorMaker$/.test(word))) return []
    const at = words.indexOf('--clusters')
    const given = at < 0 ? null : words.slice(at + 1, words.findIndex((word, index) => index > at && word.startsWith('--')) >>> 0)
    return [{ name: `${one.kind} ${one.metadata.name}`, container, clusters: given?.flatMap(listOf) ?? null }]
  })
}

const listOf = (text: string | undefined): readonly string[] => (text ?? '').split(/[\s,]+/).filter(Boolean)

function lintProbes({ name, container }: Maker): MirrorProblem[] {
  return (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((which): MirrorProblem[] => {
    const one = container[which]
    if (one === undefined) return []
    const property = `${name}: ${which}`
    if (one.httpGet !== undefined)
      return [{ property, reason: 'asks by HTTP what a dedicated MirrorMaker 2 does not answer', expected: 'tcpSocket' }]
    const port = one.tcpSocket?.port
    const isThere = container.ports.some((other) => other.containerPort === port || other.name === port)
    return port === undefined || isThere ? [] : [{ property, reason: `asks port ${port}, which is not there`, expected: null }]
  })
}

function lintImage({ name, container }: Maker, line: MirrorLine): MirrorProblem[] {
  const [, release = ''] = /:v?(\d+\.\d+)[^/]*$/.exec(container.image) ?? []
  if (release.split('.')[0] === line.split('.')[0]) return []
  return [{ property: `${name}: image`, reason: `${container.image || 'nothing'} is not of the line ${line}`, expected: null }]
}

/** A process for one cluster starts without the others; the beats of a cluster are written by the process that is for it. */
function lintClusters(running: readonly Maker[], known: readonly string[]): MirrorProblem[] {
  if (running.length === 0) return []
  const served = running.flatMap(({ clusters }) => clusters ?? [])
  const [first = running[0]?.clusters?.[0] ?? '?'] = served
  const missing = known.filter((one) => !served.includes(one))
  const property = '--clusters'
  return [
    ...running
      .filter(({ clusters }) => clusters === null)
      .map(({ name }) => ({
        property: `${name}: ${property}`,
        reason: 'is missing: it would not start while one of the clusters is down',
        expected: `${property} ${known[0] ?? 'ALIAS'}`,
      })),
    ...served
      .filter((one) => known.length > 0 && !known.includes(one))
      .map((one) => ({ property: `${property} ${one}`, reason: 'is not among clusters', expected: null })),
    ...missing.map((one) => ({ property: `${property} ${one}`, reason: 'has no process: nothing beats there', expected: null })),
    ...(known.length === 0 && new Set(served).size === 1
      ? [{ property: `${property} ${first}`, reason: 'is alone: no process writes the beats of the other side', expected: null }]
      : []),
  ]
}
