import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { anyBroker, toController } from '../route.ts'
import { array, int16, int32, int8, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'
import { aclOf, codesOf, filterCodes } from '../acl.ts'
import type { Acl, AclFilter } from '../acl.ts'

const filter = {
  resourceTypeFilter: int8,
  resourceNameFilter: nullableString,
  patternTypeFilter: int8,
  principalFilter: nullableString,
  hostFilter: nullableString,
  operation: int8,
  permissionType: int8,
}

/** ACLs that a filter meets. */
export const describeAclsApi = defineApi({
  name: 'DescribeAcls',
  key: 29,
  versions: [1, 3],
  flexibleFrom: 2,
  request: struct(filter),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        patternType: int8,
        acls: array(struct({ principal: string, host: string, operation: int8, permissionType: int8 })),
      }),
    ),
  }),
})

/** Makes ACLs. */
export const createAclsApi = defineApi({
  name: 'CreateAcls',
  key: 30,
  versions: [1, 3],
  flexibleFrom: 2,
  request: struct({
    creations: array(
      struct({
        resourceType: int8,
        resourceName: string,
        resourcePatternType: int8,
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(struct({ errorCode: int16, errorMessage: nullableString })),
  }),
})

/** Deletes the ACLs that filters meet. */
export const deleteAclsApi = defineApi({
  name: 'DeleteAcls',
  key: 31,
  versions: [1, 3],
  flexibleFrom: 2,
  request: struct({ filters: array(struct(filter)) }),
  response: struct({
    throttleTimeMs: int32,
    filterResults: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        matchingAcls: array(
          struct({
            errorCode: int16,
            errorMessage: nullableString,
            resourceType: int8,
            resourceName: string,
            patternType: int8,
            principal: string,
            host: string,
            operation: int8,
            permissionType: int8,
          }),
        ),
      }),
    ),
  }),
})

/** The ACLs that fit; SECURITY_DISABLED where the cluster has no authorizer. */
export function describeAcls(cluster: Cluster, wanted: AclFilter = {}): Promise<Result<readonly Acl[]>> {
  return asking(cluster, async (limit) => {
    const connection = await anyBroker(cluster, limit)
    const said = await connection.ask(describeAclsApi, filterCodes(wanted), limit)
    refuseCode(said.errorCode, said.errorMessage)
    return said.resources.flatMap(({ acls, ...resource }) => acls.map((acl) => aclOf({ ...resource, ...acl })))
  })
}

/** Makes these ACLs; one that is there already stays. */
export function createAcls(cluster: Cluster, acls: readonly Acl[]): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const creations = acls.map((acl) => {
      const { patternType, ...codes } = codesOf(acl)
      return { ...codes, resourcePatternType: patternType }
    })
    const said = await connection.ask(createAclsApi, { creations }, limit)
    for (const { errorCode, errorMessage } of said.results) refuseCode(errorCode, errorMessage)
    return null
  })
}

/** Deletes exactly these ACLs; gives those that were there. */
export function deleteAcls(cluster: Cluster, acls: readonly Acl[]): Promise<Result<readonly Acl[]>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const said = await connection.ask(deleteAclsApi, { filters: acls.map(filterCodes) }, limit)
    return said.filterResults.flatMap(({ errorCode, errorMessage, matchingAcls }) => {
      refuseCode(errorCode, errorMessage)
      return matchingAcls.map((one) => {
        refuseCode(one.errorCode, one.errorMessage)
        return aclOf(one)
      })
    })
  })
}
