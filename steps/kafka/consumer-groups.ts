import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json } from '../../engine/index.ts'
import { describeGroup } from './support/api/describe-group.ts'
import type { Group } from './support/api/describe-group.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { CODE } from './support/error-codes.ts'
import { sayFailure } from './support/failure.ts'
import { readGroupLag } from './support/group-lag.ts'
import { judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'

const input = z.strictObject({
  ...clusterInput,
  groups: z.array(z.string().min(1)).min(1).describe('Names of the groups.'),
  state: z
    .enum(['active', 'empty', 'any'])
    .default('active')
    .describe(
      '`active`: stable with members. `empty`: no member, as offsets can only be set then. `any`: it must only be there.',
    ),
  allowEmpty: z.array(z.string().min(1)).default([]).describe('Groups that may have no member, such as those of batch jobs.'),
  minMembers: z.int().min(1).default(1).describe('Members that an active group must have.'),
  ...lastingInput,
})

const output = z.strictObject({
  groups: z.int().describe('Groups looked at.'),
  members: z.int().describe('Members of all of them.'),
  wrong: z.array(z.string()).describe('Groups that are not as they must be.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.consumer-groups',
  summary: 'Require that consumer groups, classic or KIP-848, are there and active, or empty.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'They consume',
      yaml: 'cluster: kafka-1:9092\ngroups: [billing, audit]\nforMs: 300000',
      says: 'billing, audit on kafka-1:9092 are active',
    },
    {
      title: 'Stopped, so that offsets can be set',
      yaml: 'cluster: kafka-1:9092\ngroups: [billing]\nstate: empty',
      says: 'billing on kafka-1:9092 is empty',
    },
  ],
  describe: ({ cluster, groups, state }) =>
    `${groups.join(', ')} on ${cluster} ${groups.length === 1 ? 'is' : 'are'} ${state === 'any' ? 'there' : state}`,
  byHand: (given) =>
    given.groups.map((group) => byTool('kafka-consumer-groups', given, '--describe', '--state', '--group', group)).join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('consumer groups', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

interface Look {
  readonly verdict: 'pass' | 'warn' | 'fail' | 'unknown'
  readonly group: string
  readonly says: string
  readonly found: Group | null
}

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const looks: Look[] = []
  for (const group of given.groups) looks.push(await look(given, cluster, group))
  const worst = (['fail', 'unknown', 'warn'] as const).find((verdict) => looks.some((one) => one.verdict === verdict)) ?? 'pass'
  const shown = worst === 'pass' ? looks : looks.filter(({ verdict }) => verdict !== 'pass')
  const output = {
    groups: looks.length,
    members: looks.reduce((sum, { found }) => sum + (found?.members.length ?? 0), 0),
    wrong: looks.filter(({ verdict }) => verdict !== 'pass').map(({ group }) => group),
  }
  const evidence: Record<string, Json> = {
    groups: looks.map(({ group, verdict, found }) => ({
      group,
      verdict,
      type: found?.type ?? null,
      state: found?.state ?? null,
      members: found?.members.length ?? null,
    })),
  }
  return { verdict: worst, summary: shown.map(({ says }) => says).join('; '), output, evidence }
}

async function look(given: Input, cluster: Cluster, group: string): Promise<Look> {
  const said = (verdict: Look['verdict'], found: Group | null, says: string): Look => ({
    verdict,
    group,
    found,
    says: `${group} ${says}`,
  })
  const described = await describeGroup(cluster, group)
  if (!described.ok) {
    const { failure } = described
    const isGone = failure.type === 'kafka' && failure.code === CODE.groupIdNotFound
    return said(isGone ? 'fail' : 'unknown', null, isGone ? 'is not there' : sayFailure(failure))
  }
  const found = described.value
  const members = found.members.length
  const now = `is ${found.state} with ${members} member${members === 1 ? '' : 's'} (${found.type})`
  if (given.state === 'any') return said('pass', found, now)
  if (given.state === 'empty') return said(members === 0 && found.state === 'Empty' ? 'pass' : 'fail', found, now)
  if (members === 0) {
    if (given.allowEmpty.includes(group)) return said('pass', found, `${now}, as it may`)
    const read = await readGroupLag(cluster, group, { topics: undefined, includeInternal: true })
    // Nobody reads: with something unread that is an incident, without it perhaps a quiet hour.
    if (!read.ok) return said('fail', found, `${now}; its lag: ${sayFailure(read.failure)}`)
    return read.value.total > 0
      ? said('fail', found, `${now}, ${read.value.total} records unread`)
      : said('warn', found, `${now}, nothing unread`)
  }
  if (members < given.minMembers) return said('fail', found, `${now}, at least ${given.minMembers} expected`)
  return said(found.state === 'Stable' ? 'pass' : 'fail', found, now)
}
