import { Malformed } from './reader.ts'

/** Largest answer that is read. Metadata of 200,000 partitions takes 12 MB; a fetch says how much it wants. */
export const MOST_BYTES = 128 * 1024 * 1024

/** Cuts what arrives into answers: four bytes of length, then so many. Keeps no more than one answer and one chunk. */
export function openFrames(seen: (frame: Buffer) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let have = 0
  let want: number | null = null
  const whole = (): Buffer => (parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts))
  return (chunk) => {
    parts.push(chunk)
    have += chunk.length
    for (;;) {
      if (want === null) {
        if (have < 4) return
        const head = whole()
        want = head.readInt32BE(0)
        if (want < 4 || want > MOST_BYTES) throw new Malformed(`an answer of ${want} bytes`)
        parts = [head.subarray(4)]
        have -= 4
      }
      if (have < want) return
      const bytes = whole()
      seen(bytes.subarray(0, want))
      parts = [bytes.subarray(want)]
      have -= want
      want = null
    }
  }
}
