import * as zlib from 'node:zlib'
import { Failed } from '../failure.ts'
import { Malformed } from '../wire/reader.ts'
import { unlz4 } from './lz4.ts'
import { unsnap } from './snappy.ts'

/** The most that the records of one batch may take. */
const MOST_BYTES = 256 * 1024 * 1024

/** Kafka's number of a compression, in the lowest bits of a batch's attributes. */
export const COMPRESSION = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Node has it since 22.15. */
type Zstd = (packed: Buffer, options: { readonly maxOutputLength: number }) => Buffer
const unzstd: unknown = Object.entries(zlib).find(([name]) => name === 'zstdDecompressSync')?.[1]
const isZstd = (found: unknown): found is Zstd => typeof found === 'function'

/** Unpacks the records of a batch. Throws `Malformed`; throws `Failed` where this Node cannot read it. */
export function unpack(kind: (typeof COMPRESSION)[number], packed: Buffer, at: string): Buffer {
  switch (kind) {
    case 'none':
      return packed
    case 'gzip':
      return careful(() => zlib.gunzipSync(packed, { maxOutputLength: MOST_BYTES }))
    case 'snappy':
      return unsnap(packed, MOST_BYTES)
    case 'lz4':
      return unlz4(packed, MOST_BYTES)
    case 'zstd':
      if (!isZstd(unzstd))
        throw new Failed({
          type: 'unsupported',
          at,
          reason: `keeps records in zstd, which Node ${process.versions.node} cannot read`,
        })
      return careful(() => unzstd(packed, { maxOutputLength: MOST_BYTES }))
  }
}

function careful(work: () => Buffer): Buffer {
  try {
    return work()
  } catch (error) {
    throw new Malformed(`records cannot be unpacked: ${(error as Error).message}`)
  }
}
