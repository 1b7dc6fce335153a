/** Castagnoli's polynomial, four bytes at a time: 1 GB of records is checked in seconds. */
const TABLES = tables()

function tables(): readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const all = [0, 1, 2, 3].map(() => new Uint32Array(256)) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    all[0][byte] = crc
  }
  for (let byte = 0; byte < 256; byte += 1)
    for (let slice = 1; slice < 4; slice += 1) {
      const before = all[slice - 1]?.[byte] ?? 0
      const table = all[slice]
      if (table !== undefined) table[byte] = (before >>> 8) ^ (all[0][before & 0xff] ?? 0)
    }
  return all
}

/** CRC-32C of these bytes, as record batches carry it. */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3] = TABLES
  let crc = 0xffffffff
  let at = 0
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc = t3[crc & 0xff]! ^ t2[(crc >>> 8) & 0xff]! ^ t1[(crc >>> 16) & 0xff]! ^ t0[crc >>> 24]!
  }
  for (; at < bytes.length; at += 1) crc = t0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
