/** Reads Java's properties format: comments, `=` `:` or blank between key and value, escapes, lines that go on. Last one wins. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const [, key = '', value = ''] = /^((?:\\.|[^\\=:\s])*)\s*(?:[=:]\s*)?([\s\S]*)$/.exec(line) ?? []
    if (key !== '') found.set(unescape(key), unescape(value))
  }
  return found
}

function logicalLines(text: string): readonly string[] {
  const lines: string[] = []
  let open: string | null = null
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line = natural.trimStart()
    if (open === null && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const goesOn = (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1
    const whole: string = (open ?? '') + (goesOn ? line.slice(0, -1) : line)
    open = goesOn ? whole : null
    if (!goesOn) lines.push(whole)
  }
  return open === null ? lines : [...lines, open]
}

const SPECIAL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescape(text: string): string {
  return text.replace(/\\(u([0-9a-fA-F]{4})|[\s\S])/g, (_, one: string, hex: string | undefined) =>
    hex === undefined ? (SPECIAL[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
