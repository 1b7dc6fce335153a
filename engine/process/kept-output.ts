/** A capture holds at most so much; one byte more is kept, to know. */
const STDOUT_BYTES = 128 * 1024 + 1

/** The beginning of a stream, as far as a capture can hold it. */
export interface KeptOutput {
  add(bytes: Uint8Array): void
  read(): { readonly stdout: Uint8Array; readonly stdoutTruncated: boolean }
}

/** Keeps what a capture may need, however much comes. */
export function keepOutput(): KeptOutput {
  const chunks: Uint8Array[] = []
  let kept = 0
  return {
    add(bytes) {
      if (kept >= STDOUT_BYTES) return
      const part = bytes.subarray(0, STDOUT_BYTES - kept)
      chunks.push(Uint8Array.from(part))
      kept += part.length
    },
    read: () => ({ stdout: Buffer.concat(chunks), stdoutTruncated: kept >= STDOUT_BYTES }),
  }
}
