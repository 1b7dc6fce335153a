import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { atEach, readMetadata } from '../route.ts'
import { apiVersionsApi, GREETING } from './api-versions.ts'
import type { Spoken } from '../wire/connection.ts'

/** What one broker's binary supports and what the cluster has finalized, as that broker sees it. */
export interface Features {
  /** Which release it is can be told by the versions it speaks: the highest of Produce (0) is 11 in 3.9 and 13 in 4.3. */
  readonly spoken: Spoken
  readonly supported: readonly { readonly name: string; readonly minVersion: number; readonly maxVersion: number }[]
  /** Empty with ZooKeeper. */
  readonly finalized: readonly { readonly name: string; readonly level: number }[]
  /** -1: not known there. */
  readonly finalizedEpoch: number
}

/** Asks every broker that is listed. `metadata.version` and the others by name; a level that is not in the list is 0. */
export function describeFeatures(
  cluster: Cluster,
): Promise<Result<readonly { readonly nodeId: number; readonly result: Result<Features> }[]>> {
  return asking(cluster, async (limit) => {
    const { brokers } = await readMetadata(cluster, [], limit)
    return atEach(cluster, { nodes: brokers.map(({ nodeId }) => nodeId), limit }, async (connection) => {
      const said = await connection.ask(apiVersionsApi, GREETING, limit)
      refuseCode(said.errorCode)
      return {
        spoken: connection.spoken,
        supported: said.supportedFeatures,
        finalized: said.finalizedFeatures.map(({ name, maxVersionLevel }) => ({ name, level: maxVersionLevel })),
        finalizedEpoch: said.finalizedFeaturesEpoch,
      }
    })
  })
}
