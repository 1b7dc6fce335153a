import { listOffsets } from './api/list-offsets.ts'
import type { OffsetAt } from './api/list-offsets.ts'
import type { Cluster } from './cluster.ts'
import { Failed } from './failure.ts'

/** One offset of one partition; -1 where no record is so late. Throws `Failed`. */
export async function offsetAt(
  cluster: Cluster,
  asked: OffsetAt,
  options: { readonly isolation?: 'read_uncommitted' | 'read_committed' } = {},
): Promise<number> {
  const said = await listOffsets(cluster, [asked], options)
  if (!said.ok) throw new Failed(said.failure)
  const result = said.value[0]?.result
  if (result?.ok === true) return result.value.offset
  throw new Failed(result?.failure ?? { type: 'malformed', at: cluster.name, reason: 'no offset is said' })
}
