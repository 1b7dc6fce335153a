import { settle } from './failure.ts'
import type { Result } from './failure.ts'
import { within } from './wire/limit.ts'
import type { Limit } from './wire/limit.ts'
import type { Pool } from './wire/pool.ts'
import type { Address } from './wire/settings.ts'

/** What a run knows of a cluster: shared by its steps. */
export interface Known {
  readonly pool: Pool
  /** Where each broker listens, as the cluster said last. */
  readonly nodes: Map<number, Address>
  /** Who answered last. */
  answered: Address | null
}

/**
 * A Kafka cluster as one step sees it. The functions in `api/` ask it; each takes at most `timeoutMs` and gives a `Result`.
 * Another deadline for one call: `{ ...cluster, timeoutMs: 2000 }`.
 */
export interface Cluster {
  /** The bootstrap servers, as the step gives them. */
  readonly name: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly known: Known
}

/** Does the work of one question under the cluster's deadline. */
export const asking = <Value>(cluster: Cluster, work: (limit: Limit) => Promise<Value>): Promise<Result<Value>> =>
  settle(() => within(cluster, work))
