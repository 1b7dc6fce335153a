import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { describeAcls } from './support/api/acls.ts'
import { describeScramUsers } from './support/api/describe-scram-users.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { isNamed, mayWrite, missingLogins, sayWriter, writersOf } from './support/writers.ts'
import type { Access, Writer } from './support/writers.ts'

const input = z.strictObject({
  ...clusterInput,
  topics: z.array(z.string().min(1)).min(1).describe('Topics that are written to, each by its name.'),
  principals: z
    .array(z.string().regex(/^[A-Za-z]+:.+$/, 'Invalid input: expected User:name'))
    .default([])
    .describe('Who writes to each of them, as `User:name`, beside those that `from` lets write.'),
  from: clusterInput.cluster.optional().describe('Cluster that they write to now: whoever may write there must be able to here.'),
  fromConfig: clusterInput.config.describe('File with client properties for `from`, as `--command-config` takes it.'),
})

const output = z.strictObject({
  writers: z.int().describe('Who may write, counted once for each topic.'),
  missing: z.array(z.string()).describe('Those who could not write here, as `User:app on orders`.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>
type Tools = StepTools & { readonly kafka: Kafka }

export default defineStep({
  name: 'kafka.write-access',
  summary: 'Require that whoever writes to topics on one cluster may log in and write to them on another.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Before producers are moved: MirrorMaker 2 copies no ALLOW WRITE and no SCRAM user',
      yaml: 'cluster: kafka-dr:9092\nfrom: kafka-1:9092\ntopics: [orders, payments]',
      says: 'whoever may write to orders, payments on kafka-1:9092 may on kafka-dr:9092',
    },
    {
      title: 'The other cluster is lost: its producers by name',
      yaml: 'cluster: kafka-dr:9092\ntopics: [orders]\nprincipals: [User:shop, User:billing]',
      says: 'User:shop, User:billing may write to orders on kafka-dr:9092',
    },
  ],
  describe({ cluster, topics, principals, from }) {
    const who = [...(from === undefined ? [] : [`whoever may write to ${topics.join(', ')} on ${from}`]), ...principals]
    return `${who.join(', ') || 'whoever writes'} may ${from === undefined ? `write to ${topics.join(', ')} ` : ''}on ${cluster}`
  },
  byHand(given) {
    const words = given.topics.flatMap((topic) => ['--topic', topic])
    const { from: cluster, fromConfig: config } = given
    const sides = [...(cluster === undefined ? [] : [{ cluster, config }]), given]
    return [
      ...sides.map((side) => byTool('kafka-acls', side, '--list', ...words, '--resource-pattern-type', 'match')),
      ...sides.map((side) => byTool('kafka-configs', side, '--describe', '--entity-type', 'users')),
      '# each ALLOW of WRITE or ALL, and each SCRAM user, of the first is in the second',
    ].join('\n')
  },
  async execute(given, tools) {
    const seen = { cluster: given.from === undefined ? given.cluster : `${given.from} → ${given.cluster}`, clock: tools.clock }
    const to = await accessOf(given, tools)
    if (!to.ok) return judged(seen, notKnown(`who may write to ${given.cluster}`, to.failure))
    if (given.from === undefined) return judged(seen, judge(given, { from: null, to: to.value }))
    const { from: cluster, fromConfig: config, timeoutMs } = given
    const from = await accessOf({ cluster, config, timeoutMs }, tools)
    if (!from.ok) return judged(seen, notKnown(`who may write to ${cluster}`, from.failure))
    return judged(seen, judge(given, { from: from.value, to: to.value }))
  },
})

async function accessOf(given: Parameters<Kafka['connect']>[0], tools: Tools): Promise<Result<Access>> {
  const cluster = await tools.kafka.connect(given, tools)
  if (!cluster.ok) return cluster
  const acls = await rulesOf(cluster.value)
  if (!acls.ok) return acls
  const scram = await describeScramUsers(cluster.value)
  return scram.ok ? { ok: true, value: { acls: acls.value, scram: scram.value } } : scram
}

async function rulesOf(cluster: Cluster): Promise<Result<Access['acls']>> {
  const acls = await describeAcls(cluster, { resourceType: 'topic' })
  return !acls.ok && acls.failure.type === 'kafka' && acls.failure.name === 'SECURITY_DISABLED' ? { ok: true, value: null } : acls
}

function judge(
  { topics, principals }: Input,
  { from, to }: { readonly from: Access | null; readonly to: Access },
): Finding<Output> {
  const named = topics.flatMap((topic) => principals.map((principal) => ({ topic, principal, host: '*' })))
  const wanted = [...named, ...(from?.acls == null ? [] : writersOf(from.acls, topics))]
  const writers = [...new Map(wanted.map((one): [string, Writer] => [sayWriter(one), one])).values()]
  // Where no rule is about a topic, allow.everyone.if.no.acl.found decides: brokers tell nobody how it is set.
  const open = to.acls === null ? [] : topics.filter((topic) => !isNamed(to.acls ?? [], topic))
  const isOpenHere = ({ topic }: Writer): boolean => to.acls === null || open.includes(topic)
  const barred = writers.filter((one) => !isOpenHere(one) && !mayWrite(to.acls ?? [], one)).map(sayWriter)
  const unknown = [...new Set(writers.map(({ principal }) => principal))].flatMap((principal) =>
    missingLogins(principal, { from: from?.scram ?? null, to: to.scram }).map((mechanism) => `${principal} by ${mechanism}`),
  )
  const missing = [...barred, ...unknown]
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: { writers: writers.length, missing },
    evidence: { writers: writers.map(sayWriter), barred, unknown, open, isAuthorized: to.acls !== null },
  })
  if (barred.length > 0) return said('fail', `they may not write there: ${few(barred)}`)
  if (unknown.length > 0) return said('fail', `they cannot log in there: ${few(unknown)}`)
  const nobody = topics.filter((topic) => !writers.some((one) => one.topic === topic))
  const shut = nobody.filter((topic) => to.acls !== null && !open.includes(topic))
  if (shut.length > 0) return said('unknown', `nothing says who writes to ${few(shut)}: name them`)
  // Open on both sides: the setting lets them write there now.
  const isOpenThere = (topic: string): boolean => from?.acls != null && !isNamed(from.acls, topic)
  if (open.length > 0)
    return said(
      open.every(isOpenThere) ? 'warn' : 'unknown',
      `no rule is about ${few(open)} there: unless allow.everyone.if.no.acl.found is true, nobody may write`,
    )
  return to.acls === null
    ? said('pass', 'it has no authorizer: everybody may write')
    : said('pass', `all ${writers.length} may write there: ${few(writers.map(sayWriter))}`)
}
