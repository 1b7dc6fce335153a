/** A selector of a query: a name, its labels, or both. */
export interface Selector {
  readonly text: string
  /** It takes samples of a time, `[5m]`: these may be there when the newest is long over. */
  readonly isRange: boolean
}

const TOKEN =
  /(?<skip>\s+|#[^\n]*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<number>(?:\d[\w.]*|\.\d\w*))|(?<word>[A-Za-z_:][\w:]*)|(?<sign>.)/gsy

const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan', 'start', 'end'])

interface Token {
  readonly text: string
  readonly isWord: boolean
}

/** The selectors of a PromQL query that look at the present; those with `offset` or `@` look at the past on purpose. */
export function selectorsIn(query: string): readonly Selector[] {
  const tokens = tokensOf(query)
  const found = new Map<string, Selector>()
  const closing = (from: number, open: string, close: string): number => {
    let depth = 0
    for (let at = from; at < tokens.length; at += 1) {
      if (tokens[at]?.text === open) depth += 1
      else if (tokens[at]?.text === close && (depth -= 1) === 0) return at
    }
    return tokens.length
  }
  for (let at = 0; at < tokens.length; at += 1) {
    const { text, isWord } = tokens[at] ?? { text: '', isWord: false }
    const next = tokens[at + 1]?.text ?? ''
    const word = text.toLowerCase()
    if (isWord && GROUPING.has(word)) {
      if (next === '(') at = closing(at + 1, '(', ')')
      continue
    }
    const isFunction = next === '(' || GROUPING.has(next.toLowerCase())
    const isSelector = isWord ? !WORDS.has(word) && !isFunction : text === '{'
    if (!isSelector) continue
    const from = at
    if (text === '{' || next === '{') at = closing(text === '{' ? at : at + 1, '{', '}')
    const selector = tokens
      .slice(from, at + 1)
      .map((token) => token.text)
      .join('')
    const isRange = tokens[at + 1]?.text === '['
    if (isRange) at = closing(at + 1, '[', ']')
    const after = tokens[at + 1]?.text.toLowerCase() ?? ''
    if (after !== 'offset' && after !== '@')
      found.set(selector, { text: selector, isRange: isRange || found.get(selector)?.isRange === true })
  }
  return [...found.values()]
}

/** May such a query speak on purpose of what is not there? */
export const mayBeAbsent = (query: string): boolean =>
  tokensOf(query).some(({ text, isWord }) => isWord && /^(?:or|absent|absent_over_time)$/i.test(text))

function tokensOf(query: string): readonly Token[] {
  return [...query.matchAll(TOKEN)]
    .filter(({ groups }) => groups?.['skip'] === undefined)
    .map(({ 0: text, groups }) => ({ text, isWord: groups?.['word'] !== undefined }))
}
