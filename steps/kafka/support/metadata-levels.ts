/** Levels of `metadata.version` by line: the first and the last one of each, as Kafka's MetadataVersion numbers them. */
const LEVELS: readonly (readonly [line: string, first: number, last: number])[] = [
  ['3.3', 4, 7],
  ['3.4', 8, 8],
  ['3.5', 9, 11],
  ['3.6', 12, 14],
  ['3.7', 15, 19],
  ['3.8', 20, 20],
  ['3.9', 21, 21],
  ['4.0', 22, 25],
  ['4.1', 26, 27],
  ['4.2', 28, 29],
  ['4.3', 30, 30],
  ['4.4', 31, 33],
]

/** `4.3-IV0` of 30; null for a level that is not known here. */
export function nameOfLevel(level: number): string | null {
  const [line, first] = LEVELS.find(([, low, high]) => level >= low && level <= high) ?? []
  return line === undefined || first === undefined ? null : `${line}-IV${level - first}`
}

/** The line that a level belongs to: `4.3` of 30; null for one that is not known here. */
export const lineOfLevel = (level: number): string | null =>
  LEVELS.find(([, low, high]) => level >= low && level <= high)?.[0] ?? null

/** The level of `4.3-IV0`, or of `4.3`, its last one; null where there is none. */
export function levelOfName(name: string): number | null {
  const [, line, number] = /^(\d+\.\d+)(?:-IV(\d+))?$/.exec(name) ?? []
  const [, first, last] = LEVELS.find(([its]) => its === line) ?? []
  if (first === undefined || last === undefined) return null
  const level = number === undefined ? last : first + Number(number)
  return level <= last ? level : null
}
