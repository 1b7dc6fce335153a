/** Kafka's numbers for the words of an ACL. */
const RESOURCE = { any: 1, topic: 2, group: 3, cluster: 4, 'transactional-id': 5, 'delegation-token': 6, user: 7 } as const
const PATTERN = { any: 1, literal: 3, prefixed: 4 } as const
const OPERATION = {
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  'cluster-action': 9,
  'describe-configs': 10,
  'alter-configs': 11,
  'idempotent-write': 12,
  'create-tokens': 13,
  'describe-tokens': 14,
  'two-phase-commit': 15,
} as const
const PERMISSION = { any: 1, deny: 2, allow: 3 } as const

/** One rule: who may, or may not, do what to which resource. */
export interface Acl {
  readonly resourceType: Exclude<keyof typeof RESOURCE, 'any'>
  readonly resourceName: string
  readonly patternType: Exclude<keyof typeof PATTERN, 'any'>
  /** `User:alice`. */
  readonly principal: string
  readonly host: string
  readonly operation: Exclude<keyof typeof OPERATION, 'any'>
  readonly permission: Exclude<keyof typeof PERMISSION, 'any'>
}

/** ACLs to look for; what is left out may be anything. */
export type AclFilter = Partial<Acl>

/** An ACL in Kafka's numbers. */
export interface AclCodes {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

/** The numbers of an ACL. */
export const codesOf = ({ resourceType, patternType, operation, permission, ...rest }: Acl): AclCodes => ({
  ...rest,
  resourceType: RESOURCE[resourceType],
  patternType: PATTERN[patternType],
  operation: OPERATION[operation],
  permissionType: PERMISSION[permission],
})

/** The words of an ACL; a number that is not known here stays a number, in words. */
export const aclOf = ({
  resourceType,
  resourceName,
  patternType,
  principal,
  host,
  operation,
  permissionType,
}: AclCodes): Acl => ({
  resourceType: word(RESOURCE, resourceType),
  resourceName,
  patternType: word(PATTERN, patternType),
  principal,
  host,
  operation: word(OPERATION, operation),
  permission: word(PERMISSION, permissionType),
})

/** The numbers of a filter. */
export const filterCodes = ({ resourceType, resourceName, patternType, principal, host, operation, permission }: AclFilter) => ({
  resourceTypeFilter: RESOURCE[resourceType ?? 'any'],
  resourceNameFilter: resourceName ?? null,
  patternTypeFilter: PATTERN[patternType ?? 'any'],
  principalFilter: principal ?? null,
  hostFilter: host ?? null,
  operation: OPERATION[operation ?? 'any'],
  permissionType: PERMISSION[permission ?? 'any'],
})

function word<Words extends Readonly<Record<string, number>>>(words: Words, code: number): Exclude<keyof Words, 'any'> {
  const found = Object.entries(words).find(([, its]) => its === code)?.[0] ?? `type ${code}`
  return found as Exclude<keyof Words, 'any'>
}
