import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { atEach, readMetadata } from '../route.ts'
import { array, boolean, int16, int32, int64, nullableArray, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const logDir = struct({
  errorCode: int16,
  logDir: string,
  topics: array(
    struct({
      name: string,
      partitions: array(struct({ partitionIndex: int32, partitionSize: int64, offsetLag: int64, isFutureKey: boolean })),
    }),
  ),
  /** -1: not known, or before version 4. */
  totalBytes: since(4, int64, -1),
  usableBytes: since(4, int64, -1),
  isCordoned: since(5, boolean, false),
})

/** A broker's data directories: partitions, their sizes, and how full the volume is. */
export const describeLogDirsApi = defineApi({
  name: 'DescribeLogDirs',
  key: 35,
  versions: [1, 5],
  flexibleFrom: 2,
  request: struct({ topics: nullableArray(struct({ topic: string, partitions: array(int32) })) }),
  response: struct({ throttleTimeMs: int32, errorCode: since(3, int16, 0), results: array(logDir) }),
})

/** One data directory. */
export type LogDir = ValueOf<typeof logDir>

/** What one broker said of its directories, or why it did not. */
export interface LogDirsOf {
  readonly nodeId: number
  readonly result: Result<readonly LogDir[]>
}

/**
 * Asks each broker for its data directories: all that are listed, or these. `withPartitions: false` keeps the answer small
 * where only the volumes matter.
 */
export function describeLogDirs(
  cluster: Cluster,
  { nodes, withPartitions = true }: { readonly nodes?: readonly number[]; readonly withPartitions?: boolean } = {},
): Promise<Result<readonly LogDirsOf[]>> {
  return asking(cluster, async (limit) => {
    const listed = nodes ?? (await readMetadata(cluster, [], limit)).brokers.map(({ nodeId }) => nodeId)
    return atEach(cluster, { nodes: listed, limit }, async (connection) => {
      const said = await connection.ask(describeLogDirsApi, { topics: withPartitions ? null : [] }, limit)
      refuseCode(said.errorCode)
      return said.results
    })
  })
}
