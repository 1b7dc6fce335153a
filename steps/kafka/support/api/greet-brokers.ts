import { within } from '../wire/limit.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../failure.ts'
import { atEach } from '../route.ts'
import type { Spoken } from '../wire/connection.ts'
import { apiVersionsApi, GREETING } from './api-versions.ts'

/** Asks each of these brokers, at its advertised address, which versions it speaks: proof that it is there and works. */
export function greetBrokers(
  cluster: Cluster,
  nodes: readonly number[],
): Promise<readonly { readonly nodeId: number; readonly result: Result<{ readonly at: string; readonly spoken: Spoken }> }[]> {
  return within(cluster, (limit) =>
    atEach(cluster, { nodes, limit }, async (connection) => {
      await connection.ask(apiVersionsApi, GREETING, limit)
      return { at: connection.at, spoken: connection.spoken }
    }),
  )
}
