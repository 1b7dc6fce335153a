import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import type { Acl } from './support/acl.ts'
import { createAcls, deleteAcls, describeAcls } from './support/api/acls.ts'
import { alterClientQuotas } from './support/api/alter-client-quotas.ts'
import { describeClientQuotas } from './support/api/describe-client-quotas.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { until } from './support/until.ts'

/** Bytes a second that a quota leaves: next to nothing, since Kafka takes no zero. */
const NOTHING = 1
const RATE = 'producer_byte_rate'
const SEEN_MS = 10_000

const input = z
  .strictObject({
    ...clusterInput,
    to: z.enum(['fenced', 'open']).default('fenced').describe('`open` takes the fence away.'),
    by: z
      .enum(['acl', 'quota'])
      .describe(
        '`acl`: WRITE on the topics is denied, which an authorizer must be there for. `quota`: each client may write a byte a second.',
      ),
    topics: z.array(z.string().min(1)).default([]).describe('Topics whose writers are kept out; `*` for all. For `acl`.'),
    principals: z
      .array(z.string().regex(/^[A-Za-z]+:.+$/, 'Invalid input: expected User:name'))
      .default(['User:*'])
      .describe('Who is kept out. For `acl`.'),
    users: z
      .array(z.string().min(1))
      .default([])
      .describe('Users that are slowed down; none: every client, by the default of client ids. For `quota`.'),
  })
  .refine(({ by, topics }) => by === 'quota' || topics.length > 0, {
    message: 'Invalid input: expected topics',
    path: ['topics'],
  })

type Input = z.infer<typeof input>
type Tools = StepTools & { readonly kafka: Kafka }

const output = z.strictObject({
  fenced: z.boolean().describe('The fence stands.'),
  changed: z.boolean().describe('It was not so before.'),
})
const was = z.object({ fenced: z.int(), rates: z.record(z.string(), z.number().nullable()) })

export default defineStep({
  name: 'kafka.fence-writers',
  summary: 'Keep producers from writing to a cluster, by ACL or by quota, or let them write again.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Nobody writes orders on the primary',
      yaml: 'cluster: kafka-1:9092\nconfig: admin.properties\nby: acl\ntopics: [orders, payments]',
      says: 'deny WRITE on orders, payments of kafka-1:9092 to User:*',
    },
    {
      title: 'Let every client write again',
      yaml: 'cluster: kafka-1:9092\nby: quota\nto: open',
      says: 'take the quota of 1 byte a second away from every client of kafka-1:9092',
    },
  ],
  describe: ({ cluster, by, to, topics, principals, users }) => {
    if (by === 'acl')
      return `${to === 'fenced' ? 'deny' : 'no longer deny'} WRITE on ${topics.join(', ')} of ${cluster} to ${principals.join(', ')}`
    const whom = users.length === 0 ? 'every client' : users.join(', ')
    return to === 'fenced'
      ? `leave ${whom} of ${cluster} 1 byte a second to write`
      : `take the quota of 1 byte a second away from ${whom} of ${cluster}`
  },
  byHand(given) {
    if (given.by === 'acl') {
      const words = given.topics.flatMap((topic) => ['--topic', topic])
      const whom = given.principals.flatMap((one) => ['--deny-principal', one])
      return byTool(
        'kafka-acls',
        given,
        given.to === 'fenced' ? '--add' : '--remove',
        ...words,
        ...whom,
        '--operation',
        'Write',
        '--force',
      )
    }
    const change = given.to === 'fenced' ? ['--add-config', `${RATE}=${NOTHING}`] : ['--delete-config', RATE]
    const entities =
      given.users.length === 0
        ? [['--entity-type', 'clients', '--entity-default']]
        : given.users.map((name) => ['--entity-type', 'users', '--entity-name', name])
    return entities.map((entity) => byTool('kafka-configs', given, '--alter', ...entity, ...change)).join('\n')
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await standing(cluster.value, given) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const { fenced, all, rates } = now.value
    const isSo = given.to === 'fenced' ? fenced === all : fenced === 0
    return { status: isSo ? 'done' : 'needed', summary: `${fenced} of ${all} are kept out`, before: { fenced, rates } }
  },
  execute: (given, tools) => bring(given, null, tools),
  async undo(given, { before }, tools) {
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: 'whether writers were kept out before is not known' }
    const to = given.to === 'fenced' ? 'open' : 'fenced'
    return bring({ ...given, to }, known.data.rates, tools)
  },
})

interface Standing {
  readonly fenced: number
  readonly all: number
  /** Own quotas by user, `''` for the default; null where there is none. */
  readonly rates: Readonly<Record<string, number | null>>
}

const aclsOf = ({ topics, principals }: Input): readonly Acl[] =>
  topics.flatMap((resourceName) =>
    principals.map(
      (principal) =>
        ({
          resourceType: 'topic',
          resourceName,
          patternType: 'literal',
          principal,
          host: '*',
          operation: 'write',
          permission: 'deny',
        }) as const,
    ),
  )

const entityOf = (user: string) =>
  user === '' ? ({ entityType: 'client-id', entityName: null } as const) : ({ entityType: 'user', entityName: user } as const)

const usersOf = ({ users }: Input): readonly string[] => (users.length === 0 ? [''] : users)

async function standing(cluster: Cluster, given: Input): Promise<Result<Standing>> {
  if (given.by === 'acl') {
    const wanted = aclsOf(given)
    const all = await describeAcls(cluster, { resourceType: 'topic', operation: 'write', permission: 'deny' })
    if (!all.ok) return all
    const there = wanted.filter((one) =>
      all.value.some(
        (acl) =>
          acl.resourceName === one.resourceName &&
          acl.principal === one.principal &&
          acl.host === one.host &&
          acl.patternType === 'literal',
      ),
    )
    return { ok: true, value: { fenced: there.length, all: wanted.length, rates: {} } }
  }
  const quotas = await describeClientQuotas(cluster)
  if (!quotas.ok) return quotas
  const rates: Record<string, number | null> = {}
  for (const user of usersOf(given)) {
    const { entityType, entityName } = entityOf(user)
    const own = quotas.value.find(
      ({ entity }) =>
        entity.length === 1 && entity[0]?.entityType === entityType && (entity[0].entityName ?? null) === entityName,
    )
    rates[user] = own?.values.find(({ key }) => key === RATE)?.value ?? null
  }
  const fenced = Object.values(rates).filter((rate) => rate !== null && rate <= NOTHING).length
  return { ok: true, value: { fenced, all: usersOf(given).length, rates } }
}

async function bring(given: Input, rates: Standing['rates'] | null, tools: Tools): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const what = given.to === 'fenced' ? 'the fence' : 'taking the fence away'
  const connected = await tools.kafka.connect(given, tools)
  if (!connected.ok) return notChanged(seen, what, connected.failure)
  const before = await standing(connected.value, given)
  if (!before.ok) return { ...notChanged(seen, what, before.failure), status: 'not-started' }
  const isSo = ({ fenced, all }: Standing): boolean => (given.to === 'fenced' ? fenced === all : fenced === 0)
  if (!isSo(before.value)) {
    const said = given.by === 'acl' ? await changeAcls(connected.value, given) : await changeQuotas(connected.value, given, rates)
    if (!said.ok) return notChanged(seen, what, said.failure)
  }
  const { reached, last } = await until({ limitMs: SEEN_MS, everyMs: 200, tools }, async () => {
    const now = await standing(connected.value, given)
    return now.ok
      ? {
          ok: true,
          value: { isThere: isSo(now.value), says: `${now.value.fenced} of ${now.value.all} are kept out`, value: now.value },
        }
      : now
  })
  const evidence = {
    by: given.by,
    before: { ...before.value, rates: { ...before.value.rates } },
    topics: [...given.topics],
    principals: [...given.principals],
    users: [...given.users],
  }
  if (!reached) {
    const summary = `${what}: ${last.ok ? last.value.says : sayFailure(last.failure)}`
    return { ...judged(seen, { verdict: 'unknown', summary, evidence }), status: 'unknown' }
  }
  const whom =
    given.by === 'acl'
      ? few(given.topics)
      : usersOf(given)
          .map((user) => user || 'every client')
          .join(', ')
  const output = { fenced: given.to === 'fenced', changed: !isSo(before.value) }
  return judged(seen, {
    verdict: 'pass',
    summary: `${whom}: ${given.to === 'fenced' ? 'writers are kept out' : 'writers are let in'}`,
    output,
    evidence,
  })
}

async function changeAcls(cluster: Cluster, given: Input): Promise<Result<unknown>> {
  return given.to === 'fenced' ? createAcls(cluster, aclsOf(given)) : deleteAcls(cluster, aclsOf(given))
}

/** What a client had before comes back; without one the quota is removed. */
async function changeQuotas(cluster: Cluster, given: Input, rates: Standing['rates'] | null): Promise<Result<null>> {
  for (const user of usersOf(given)) {
    const before = rates?.[user] ?? null
    const value = given.to === 'fenced' ? NOTHING : before !== null && before > NOTHING ? before : null
    const said = await alterClientQuotas(cluster, { change: { entity: [entityOf(user)], limits: { [RATE]: value } } })
    if (!said.ok) return said
  }
  return { ok: true, value: null }
}
