/** `4.3-IV0` as numbers; a release counts as its last level. */
function levelOf(text: string): readonly [number, number, number] {
  const [, major = '0', minor = '0', level] = /^(\d+)\.(\d+)(?:\.\d+|-IV(\d+))?$/.exec(text) ?? []
  return [Number(major), Number(minor), level === undefined ? Infinity : Number(level)]
}

function compare(a: readonly [number, number, number], b: readonly [number, number, number]): number {
  if (a[0] !== b[0]) return a[0] - b[0]
  if (a[1] !== b[1]) return a[1] - b[1]
  return a[2] === b[2] ? 0 : a[2] < b[2] ? -1 : 1
}

/** The first change of metadata above `from` and not above `to`; null where a downgrade crosses none. */
export function crossed(from: string, to: string, changes: readonly string[]): string | null {
  const [low, high] = [levelOf(from), levelOf(to)]
  return changes.find((change) => compare(levelOf(change), low) > 0 && compare(levelOf(change), high) <= 0) ?? null
}
