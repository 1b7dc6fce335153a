import type { Around, Expansion, Reader, Word } from './script.ts'

interface Draft {
  value: string
  quoted: boolean
  globs: boolean
  readonly expansions: Expansion[]
}

const name = /\$(?:([A-Za-z_]\w*)|[0-9@*#?$!-])/y

/** Reads one word; empty when none starts here. Commands inside its substitutions are read too. */
export function readWord(reader: Reader, around: readonly Around[]): Word {
  const { source } = reader
  const offset = reader.at
  const draft: Draft = { value: '', quoted: false, globs: false, expansions: [] }
  while (reader.at < source.length) {
    const char = source[reader.at] ?? ''
    if (' \t\r\n;&|)'.includes(char) || (char === '`' && reader.backtick)) break
    if ((char === '<' || char === '>') && source[reader.at + 1] !== '(') break
    if (char === '(' && !isExtendedGlob(source, reader.at, offset)) break
    readPiece(reader, around, draft, char)
  }
  return { text: source.slice(offset, reader.at), offset, end: reader.at, ...draft }
}

function isExtendedGlob(source: string, at: number, from: number): boolean {
  return at > from && '?*+@!'.includes(source[at - 1] ?? ' ')
}

function readPiece(reader: Reader, around: readonly Around[], draft: Draft, char: string): void {
  const { source } = reader
  if (char === '\\') {
    if (source[reader.at + 1] !== '\n') {
      draft.value += source[reader.at + 1] ?? ''
      draft.quoted = true
    }
    reader.at = Math.min(reader.at + 2, source.length)
  } else if (char === "'") readSingle(reader, draft)
  else if (char === '"') readDouble(reader, around, draft)
  else if (char === '$') readDollar(reader, around, draft, false)
  else if (char === '`') readSubstitution(reader, around, draft, { skip: 1, stop: '`', quoted: false, kind: 'command' })
  else if (char === '<' || char === '>')
    readSubstitution(reader, around, draft, { skip: 2, stop: ')', quoted: false, kind: 'process' })
  else if (char === '(') {
    const from = reader.at
    skipParentheses(reader)
    draft.value += source.slice(from, reader.at)
  } else {
    if (char === '*' || char === '?' || char === '[') draft.globs = true
    draft.value += char
    reader.at += 1
  }
}

function readSingle(reader: Reader, draft: Draft): void {
  const close = reader.source.indexOf("'", reader.at + 1)
  const end = close === -1 ? reader.source.length : close
  reader.stretches.push({ kind: 'single', offset: reader.at + 1, end })
  draft.value += reader.source.slice(reader.at + 1, end)
  draft.quoted = true
  reader.at = Math.min(end + 1, reader.source.length)
}

function readAnsi(reader: Reader, draft: Draft): void {
  const offset = reader.at + 2
  reader.at = offset
  while (reader.at < reader.source.length && reader.source[reader.at] !== "'")
    reader.at += reader.source[reader.at] === '\\' ? 2 : 1
  const end = Math.min(reader.at, reader.source.length)
  reader.stretches.push({ kind: 'single', offset, end })
  draft.value += reader.source.slice(offset, end)
  draft.quoted = true
  reader.at = Math.min(end + 1, reader.source.length)
}

function readDouble(reader: Reader, around: readonly Around[], draft: Draft): void {
  const { source } = reader
  reader.at += 1
  draft.quoted = true
  let from = reader.at
  const flush = (): void => {
    if (reader.at > from) reader.stretches.push({ kind: 'double', offset: from, end: reader.at })
  }
  while (reader.at < source.length && source[reader.at] !== '"') {
    const char = source[reader.at] ?? ''
    if (char === '\\') {
      const next = source[reader.at + 1] ?? ''
      draft.value += next === '\n' ? '' : '$`"\\'.includes(next) ? next : char + next
      reader.at = Math.min(reader.at + 2, source.length)
    } else if (char === '$' || (char === '`' && !reader.backtick)) {
      flush()
      if (char === '$') readDollar(reader, around, draft, true)
      else readSubstitution(reader, around, draft, { skip: 1, stop: '`', quoted: true, kind: 'command' })
      from = reader.at
    } else {
      draft.value += char
      reader.at += 1
    }
  }
  flush()
  reader.at = Math.min(reader.at + 1, source.length)
}

function readDollar(reader: Reader, around: readonly Around[], draft: Draft, quoted: boolean): void {
  const { source, at } = reader
  if (source.startsWith('$((', at)) {
    reader.at += 1
    const { text } = skipArithmetic(reader)
    draft.value += `$${text}`
    draft.expansions.push({ kind: 'arithmetic', name: null, offset: at, end: reader.at, quoted })
  } else if (source[at + 1] === '(') readSubstitution(reader, around, draft, { skip: 2, stop: ')', quoted, kind: 'command' })
  else if (source[at + 1] === '{') readBraces(reader, around, draft, quoted)
  else if (source[at + 1] === "'" && !quoted) readAnsi(reader, draft)
  else if (source[at + 1] === '"' && !quoted) reader.at += 1
  else {
    name.lastIndex = at
    const found = name.exec(source)
    if (found?.[1] !== undefined) {
      draft.expansions.push({ kind: 'name', name: found[1], offset: at, end: at + found[0].length, quoted })
    }
    const text = found?.[0] ?? '$'
    draft.value += text
    reader.at += text.length
  }
}

function readBraces(reader: Reader, around: readonly Around[], draft: Draft, quoted: boolean): void {
  const { source } = reader
  const offset = reader.at
  const variable = /^\$\{[!#]?([A-Za-z_]\w*)/.exec(source.slice(offset, offset + 120))?.[1] ?? null
  const inner: Draft = { value: '', quoted: false, globs: false, expansions: [] }
  reader.at += 2
  while (reader.at < source.length && source[reader.at] !== '}') {
    const char = source[reader.at] ?? ''
    if (char === '\\') reader.at = Math.min(reader.at + 2, source.length)
    else if (char === "'" && !quoted) readSingle(reader, inner)
    else if (char === '"') readDouble(reader, around, inner)
    else if (char === '$') readDollar(reader, around, inner, quoted)
    else reader.at += 1
  }
  reader.at = Math.min(reader.at + 1, source.length)
  draft.value += source.slice(offset, reader.at)
  if (variable !== null) draft.expansions.push({ kind: 'name', name: variable, offset, end: reader.at, quoted })
  draft.expansions.push(...inner.expansions)
}

function readSubstitution(
  reader: Reader,
  around: readonly Around[],
  draft: Draft,
  { skip, stop, quoted, kind }: { skip: number; stop: ')' | '`'; quoted: boolean; kind: 'command' | 'process' },
): void {
  const offset = reader.at
  const wasBacktick = reader.backtick
  reader.at += skip
  reader.backtick = stop === '`'
  reader.readList(reader, { stop, around: [...around, kind === 'process' ? '<(' : '$('], before: '', negated: false })
  reader.backtick = wasBacktick
  draft.value += reader.source.slice(offset, reader.at)
  draft.expansions.push({ kind, name: null, offset, end: reader.at, quoted })
}

function skipParentheses(reader: Reader): void {
  let open = 0
  do {
    const char = reader.source[reader.at]
    if (char === '(') open += 1
    if (char === ')') open -= 1
    reader.at += 1
  } while (open > 0 && reader.at < reader.source.length)
}

/** `((…))` as one word. */
export function skipArithmetic(reader: Reader): Word {
  const offset = reader.at
  skipParentheses(reader)
  const text = reader.source.slice(offset, reader.at)
  return { text, value: text, offset, end: reader.at, quoted: false, globs: false, expansions: [] }
}

/** The parentheses of `NAME=(…)`. */
export function readArray(reader: Reader, around: readonly Around[]): void {
  reader.at += 1
  while (reader.at < reader.source.length && reader.source[reader.at] !== ')') {
    if (reader.source[reader.at] === '#') {
      const next = reader.source.indexOf('\n', reader.at)
      reader.at = next === -1 ? reader.source.length : next
    }
    const from = reader.at
    readWord(reader, around)
    if (reader.at === from) reader.at += 1
  }
  reader.at = Math.min(reader.at + 1, reader.source.length)
}
