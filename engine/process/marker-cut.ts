/** Cuts a stream at a marker, however its chunks fall. */
export interface MarkerCut {
  /** What surely comes before the marker is given on; null until the marker is found, then what follows it. */
  push(bytes: Buffer): Buffer | null
  /** No more comes: what was held back is given on. */
  end(): void
}

/** `onBefore` gets the bytes before the marker as soon as they cannot be a part of it. */
export function cutAtMarker(marker: string, onBefore: (bytes: Buffer) => void): MarkerCut {
  const wanted = Buffer.from(marker)
  let held = Buffer.alloc(0)
  const give = (bytes: Buffer): void => {
    if (bytes.length > 0) onBefore(bytes)
  }
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes])
      const at = all.indexOf(wanted)
      if (at >= 0) {
        give(all.subarray(0, at))
        held = Buffer.alloc(0)
        return all.subarray(at + wanted.length)
      }
      const keep = beginningAtEnd(all, wanted)
      give(all.subarray(0, all.length - keep))
      held = Buffer.from(all.subarray(all.length - keep))
      return null
    },
    end: () => give(held),
  }
}

/** So many bytes at the end may be the beginning of the marker. */
function beginningAtEnd(bytes: Buffer, marker: Buffer): number {
  for (let length = Math.min(bytes.length, marker.length - 1); length > 0; length--)
    if (bytes.subarray(bytes.length - length).equals(marker.subarray(0, length))) return length
  return 0
}
