import type { Acl } from './acl.ts'

/** What decides who writes to a cluster: its rules and its users. */
export interface Access {
  /** Null: it has no authorizer, so everybody may do everything. */
  readonly acls: readonly Acl[] | null
  /** Mechanisms by the name of each user that logs in by SCRAM. */
  readonly scram: ReadonlyMap<string, readonly string[]>
}

/** Somebody who writes to a topic, from a host; `*`: from anywhere. */
export interface Writer {
  readonly topic: string
  readonly principal: string
  readonly host: string
}

const EVERYBODY = 'User:*'

const isAbout = (acl: Acl, topic: string): boolean =>
  acl.resourceType === 'topic' &&
  (acl.patternType === 'prefixed' ? topic.startsWith(acl.resourceName) : acl.resourceName === topic || acl.resourceName === '*')

const isOfWriting = ({ operation }: Acl): boolean => operation === 'write' || operation === 'all'

/** The fence of a switch: it stands for a while, and is taken away. */
const isFence = (acl: Acl): boolean =>
  acl.permission === 'deny' &&
  acl.operation === 'write' &&
  acl.principal === EVERYBODY &&
  acl.host === '*' &&
  acl.patternType === 'literal' &&
  acl.resourceName !== '*'

/** Some rule is about this topic: without any, a setting of the brokers decides, which they do not tell. */
export const isNamed = (acls: readonly Acl[], topic: string): boolean => acls.some((acl) => isAbout(acl, topic) && !isFence(acl))

/** Who may write to these topics, as the rules of a cluster say it. */
export function writersOf(acls: readonly Acl[], topics: readonly string[]): readonly Writer[] {
  const all = topics.flatMap((topic) =>
    acls
      .filter((acl) => acl.permission === 'allow' && isOfWriting(acl) && isAbout(acl, topic))
      .map(({ principal, host }) => ({ topic, principal, host })),
  )
  const isDenied = (one: Writer): boolean => deniesOf(acls, one).some(({ host }) => host === '*' || host === one.host)
  return [...new Map(all.filter((one) => !isDenied(one)).map((one) => [sayWriter(one), one])).values()]
}

/** "User:app on orders", with the host where it is bound to one. */
export const sayWriter = ({ topic, principal, host }: Writer): string =>
  `${principal} on ${topic}${host === '*' ? '' : ` from ${host}`}`

const deniesOf = (acls: readonly Acl[], { topic, principal }: Writer): readonly Acl[] =>
  acls.filter(
    (acl) =>
      acl.permission === 'deny' &&
      isOfWriting(acl) &&
      isAbout(acl, topic) &&
      !isFence(acl) &&
      (acl.principal === principal || acl.principal === EVERYBODY),
  )

/** Whether the rules of a cluster let a writer write. A fence does not count; the cluster's super users are not known here. */
export function mayWrite(acls: readonly Acl[], writer: Writer): boolean {
  const { topic, principal, host } = writer
  if (deniesOf(acls, writer).length > 0) return false
  return acls.some(
    (acl) =>
      acl.permission === 'allow' &&
      isOfWriting(acl) &&
      isAbout(acl, topic) &&
      (acl.principal === principal || acl.principal === EVERYBODY) &&
      (acl.host === '*' || acl.host === host),
  )
}

/** Mechanisms by which a principal can log in on the one cluster and not on the other. */
export function missingLogins(
  principal: string,
  { from, to }: { readonly from: Access['scram'] | null; readonly to: Access['scram'] },
): readonly string[] {
  const name = /^User:(.+)$/.exec(principal)?.[1] ?? ''
  const there = to.get(name) ?? []
  return (from?.get(name) ?? []).filter((mechanism) => !there.includes(mechanism))
}
