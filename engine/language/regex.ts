import { RE2JS, RE2JSSyntaxException } from 're2js'

type Compiled = { readonly ok: true; readonly pattern: RE2JS } | { readonly ok: false; readonly reason: string }

const known = new Map<string, Compiled>()

/** Compiles an author's regular expression: RE2, so in linear time on any text; multi-line, unanchored. */
export function compile(source: string): Compiled {
  const before = known.get(source)
  if (before !== undefined) return before
  let compiled: Compiled
  try {
    compiled = { ok: true, pattern: RE2JS.compile(source, RE2JS.MULTILINE) }
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException) && !(error instanceof Error)) throw error
    compiled = { ok: false, reason: error.message }
  }
  if (known.size > 1000) known.clear()
  known.set(source, compiled)
  return compiled
}

/** Does the pattern occur in the text? */
export function matches(
  source: string,
  text: string,
): { readonly ok: true; readonly found: boolean } | { readonly ok: false; readonly reason: string } {
  const compiled = compile(source)
  return compiled.ok ? { ok: true, found: compiled.pattern.matcher(text).find() } : compiled
}

/** Where the pattern occurs in the text; what is empty does not count. None for a pattern that is no regular expression. */
export function occurrences(source: string, text: string): { readonly from: number; readonly to: number }[] {
  const compiled = compile(source)
  if (!compiled.ok) return []
  const found: { from: number; to: number }[] = []
  for (const matcher = compiled.pattern.matcher(text); matcher.find();)
    if (matcher.end() > matcher.start()) found.push({ from: matcher.start(), to: matcher.end() })
  return found
}
