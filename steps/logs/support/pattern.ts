import { RE2JS } from 're2js'

/** An author's regular expression, ready: RE2, so in linear time on any line. */
export interface Pattern {
  readonly source: string
  /** Each line that matches holds one of these; null: every line has to be tried. */
  readonly literals: readonly Buffer[] | null
  isIn(line: string): boolean
}

export type Compiled = { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly reason: string }

/** Compiles a regular expression, or says why it is none. */
export function compilePattern(source: string): Compiled {
  try {
    const compiled = RE2JS.compile(source)
    const literals = literalsOf(source)
    return {
      ok: true,
      pattern: {
        source,
        literals: literals === null ? null : literals.map((one) => Buffer.from(one)),
        isIn: (line) => compiled.matcher(line).find(),
      },
    }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Shorter ones are in so many lines that looking for them saves nothing. */
const SHORTEST = 3

/**
 * The longest text that each alternative of a pattern must contain, as written; null where one has none that is certain.
 * Looking for these bytes is many times faster than trying every line.
 */
export function literalsOf(source: string): readonly string[] | null {
  const found: string[] = []
  let best = ''
  let run = ''
  const close = (): void => {
    if (run.length > best.length) best = run
    run = ''
  }
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at)
    const one = String.fromCodePoint(source.codePointAt(at) ?? 0)
    if (one === '|') {
      close()
      found.push(best)
      best = ''
      at += 1
    } else if (one === '(') {
      // Flags may change what a letter means.
      if (/^\(\?[a-zA-Z]*i/.test(rest)) return null
      close()
      at += groupLength(rest)
    } else if (one === '[') {
      close()
      at += classLength(rest)
    } else if (/^(?:[*?]|\{\d+(?:,\d*)?\})/.test(rest)) {
      // What stands before it need not be there, or not once only.
      run = run.replace(/.$/su, '')
      close()
      at += /^(?:[*?]|\{[^}]*\})/.exec(rest)?.[0].length ?? 1
    } else if (/^[+.^$]/.test(one)) {
      close()
      at += 1
    } else if (one === '\\') {
      const escaped = source[at + 1] ?? ''
      if (/[A-Za-z0-9]/.test(escaped)) {
        if (!/[dDwWsSbBAz]/.test(escaped)) return null
        close()
      } else run += escaped
      at += 2
    } else {
      run += one
      at += one.length
    }
  }
  close()
  found.push(best)
  return found.every((one) => one.length >= SHORTEST) ? found : null
}

function classLength(text: string): number {
  const [whole = text] = /^\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/s.exec(text) ?? []
  return whole.length
}

function groupLength(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length;) {
    const one = text[at]
    if (one === '\\') at += 2
    else if (one === '[') at += classLength(text.slice(at))
    else {
      if (one === '(') depth += 1
      if (one === ')' && (depth -= 1) === 0) return at + 1
      at += 1
    }
  }
  return text.length
}
