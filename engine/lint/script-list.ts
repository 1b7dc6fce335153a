import { readProgram } from './program.ts'
import { readArray, readWord, skipArithmetic } from './script-word.ts'
import type { Around, Joint, ListStart, Reader, Redirect, Word } from './script.ts'

interface Draft {
  words: Word[]
  assigns: { name: string; array: boolean; word: Word }[]
  redirects: Redirect[]
  offset: number
}

/** One list of commands: the script, or what stands between parentheses. */
interface Level {
  readonly outer: readonly Around[]
  readonly stack: Around[]
  draft: Draft
  before: Joint
  negated: boolean
  isFunction: boolean
}

const emptyDraft = (): Draft => ({ words: [], assigns: [], redirects: [], offset: -1 })
const assignment = /^([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/
const redirection = /(?:\d*(?:<<<|<<-|<<|<&|<>|>>|>&|>\||<|>)|&>>|&>)/y

/** Reads commands up to `stop`, or to the end. */
export function readList(reader: Reader, { stop, around, before, negated }: ListStart): void {
  const level: Level = { outer: around, stack: [], draft: emptyDraft(), before, negated, isFunction: false }
  reader.depth += 1
  if (reader.depth > 200) reader.at = reader.source.length
  while (reader.at < reader.source.length) {
    const char = reader.source[reader.at] ?? ''
    if (char === stop) {
      reader.at += 1
      break
    }
    readNext(reader, level, char)
  }
  finish(reader, level, '')
  reader.depth -= 1
}

function readNext(reader: Reader, level: Level, char: string): void {
  const { source } = reader
  if (char === ' ' || char === '\t' || char === '\r') reader.at += 1
  else if (char === '\\' && source[reader.at + 1] === '\n') reader.at += 2
  else if (char === '\n') readNewline(reader, level)
  else if (char === '#') readComment(reader)
  else if (char === ';') readSemicolon(reader, level)
  else if (char === '(') readParenthesis(reader, level)
  else if (char === ')' || (char === '`' && reader.backtick)) reader.at += 1
  else if (readJoint(reader, level) || readRedirect(reader, level)) return
  else readCommandWord(reader, level)
}

function finish(reader: Reader, level: Level, after: Joint): void {
  const { draft } = level
  const isEmpty = draft.words.length + draft.assigns.length + draft.redirects.length === 0
  if (isEmpty && after === ';' && (level.before === '|' || level.before === '&&' || level.before === '||')) return
  if (!isEmpty) {
    const { words, assigns, redirects, offset } = draft
    const around = level.stack.length === 0 ? level.outer : [...level.outer, ...level.stack]
    const { before, negated } = level
    reader.commands.push({
      words,
      program: readProgram(words),
      assigns,
      redirects,
      offset,
      end: reader.at,
      before,
      after,
      negated,
      around,
    })
    level.draft = emptyDraft()
  }
  level.before = after
  if (after !== '|') level.negated = false
}

function readNewline(reader: Reader, level: Level): void {
  finish(reader, level, ';')
  reader.at += 1
  for (const document of reader.heredocs.splice(0)) {
    const { tag, strip } = document
    const offset = reader.at
    let isOpen = true
    while (reader.at < reader.source.length) {
      const next = reader.source.indexOf('\n', reader.at)
      const end = next === -1 ? reader.source.length : next
      const line = reader.source.slice(reader.at, end)
      reader.at = Math.min(end + 1, reader.source.length)
      isOpen = (strip ? line.replace(/^\t+/, '') : line) !== tag
      if (!isOpen) break
    }
    reader.stretches.push({ kind: 'heredoc', offset, end: reader.at, ...(isOpen ? { open: document } : {}) })
  }
}

function readComment(reader: Reader): void {
  const next = reader.source.indexOf('\n', reader.at)
  const end = next === -1 ? reader.source.length : next
  reader.stretches.push({ kind: 'comment', offset: reader.at, end })
  reader.at = end
}

function readSemicolon(reader: Reader, level: Level): void {
  finish(reader, level, ';')
  const isCase = reader.source.startsWith(';;', reader.at) || reader.source.startsWith(';&', reader.at)
  while (isCase && ';&'.includes(reader.source[reader.at] ?? ' ')) reader.at += 1
  if (!isCase) reader.at += 1
  else if (level.stack.at(-1) === 'case') readPattern(reader)
}

/** `a | b)` of a `case`; stops before `esac`. */
function readPattern(reader: Reader): void {
  for (;;) {
    const blank = /(?:\s|\\\n|#[^\n]*)*/y
    blank.lastIndex = reader.at
    reader.at += blank.exec(reader.source)?.[0].length ?? 0
    if (/^esac\b/.test(reader.source.slice(reader.at, reader.at + 5)) || reader.at >= reader.source.length) return
    const char = reader.source[reader.at] ?? ''
    if (char === ')') {
      reader.at += 1
      return
    }
    const from = reader.at
    readWord(reader, [])
    if (reader.at === from) reader.at += 1
  }
}

function readParenthesis(reader: Reader, level: Level): void {
  const { draft } = level
  const isStart = draft.words.length === 0 && draft.assigns.length === 0
  const isFor = draft.words.length === 1 && draft.words[0]?.text === 'for'
  if ((isStart || isFor) && reader.source[reader.at + 1] === '(') {
    if (isStart) draft.offset = reader.at
    draft.words.push(skipArithmetic(reader))
  } else if (isStart) {
    const around = [...level.outer, ...level.stack, level.isFunction ? ('function' as const) : ('(' as const)]
    reader.at += 1
    level.isFunction = false
    readList(reader, { stop: ')', around, before: level.before, negated: level.negated })
    level.before = ';'
  } else if (draft.words.length === 1 && /^\(\s*\)/.test(reader.source.slice(reader.at, reader.at + 20))) {
    reader.at = reader.source.indexOf(')', reader.at) + 1
    level.draft = emptyDraft()
    level.isFunction = true
  } else reader.at += 1
}

function readJoint(reader: Reader, level: Level): boolean {
  const { source, at } = reader
  const joint = source.startsWith('&&', at) ? '&&' : source.startsWith('||', at) ? '||' : source[at] === '|' ? '|' : null
  if (joint !== null) {
    finish(reader, level, joint)
    reader.at += joint.length + (joint === '|' && source[at + 1] === '&' ? 1 : 0)
    return true
  }
  if (source[at] !== '&' || source[at + 1] === '>') return false
  finish(reader, level, ';')
  reader.at += 1
  return true
}

function readRedirect(reader: Reader, level: Level): boolean {
  redirection.lastIndex = reader.at
  const operator = redirection.exec(reader.source)?.[0]
  if (operator === undefined) return false
  if ((operator === '<' || operator === '>') && reader.source[reader.at + 1] === '(') return false
  const offset = reader.at
  reader.at += operator.length
  while (' \t'.includes(reader.source[reader.at] ?? 'x')) reader.at += 1
  const target = readWord(reader, [...level.outer, ...level.stack])
  if (operator === '<<' || operator === '<<-')
    reader.heredocs.push({ tag: target.value, strip: operator === '<<-', offset, end: reader.at })
  if (level.draft.offset < 0) level.draft.offset = offset
  level.draft.redirects.push({ operator, target: target.text === '' ? null : target, offset })
  return true
}

function readCommandWord(reader: Reader, level: Level): void {
  const { draft } = level
  const from = reader.at
  const isStart = draft.words.length === 0 && draft.assigns.length === 0
  if (isStart && /^\[\[\s/.test(reader.source.slice(from, from + 3))) return readTest(reader, level)
  const around = [...level.outer, ...level.stack]
  const word = readWord(reader, around)
  if (reader.at === from) {
    reader.at += 1
    return
  }
  if (isStart && draft.redirects.length === 0 && !word.quoted && readKeyword(reader, level, word)) return
  if (draft.offset < 0) draft.offset = word.offset
  const name = assignment.exec(word.text)?.[1]
  const isArray = name !== undefined && word.text.endsWith('=') && reader.source[reader.at] === '('
  if (isArray) readArray(reader, around)
  if (name !== undefined && draft.words.length === 0) draft.assigns.push({ name, array: isArray, word })
  else draft.words.push(word)
  if (draft.words[0]?.text === 'case' && word.text === 'in') {
    finish(reader, level, ';')
    level.stack.push('case')
    readPattern(reader)
  }
}

/** `[[ … ]]`: parentheses, `<`, `&&` and `||` are its own. */
function readTest(reader: Reader, level: Level): void {
  const { draft } = level
  draft.offset = reader.at
  while (reader.at < reader.source.length) {
    const from = reader.at
    const word = readWord(reader, [...level.outer, ...level.stack])
    if (reader.at === from) reader.at += 1
    else draft.words.push(word)
    if (word.text === ']]') return
  }
}

/** True when the word was a keyword and is done with. */
function readKeyword(reader: Reader, level: Level, word: Word): boolean {
  const { stack } = level
  const turn = (to: Around): true => {
    if (stack.length > 0) stack[stack.length - 1] = to
    return true
  }
  switch (word.text) {
    case 'if':
    case 'while':
    case 'until':
      stack.push(word.text)
      return true
    case 'elif':
      return turn('if')
    case 'then':
    case 'else':
      return turn('then')
    case 'do':
      return turn('loop')
    case 'for':
    case 'select':
      stack.push('for')
      return false
    case '{':
      stack.push(level.isFunction ? 'function' : '{')
      level.isFunction = false
      return true
    case 'fi':
    case 'done':
    case 'esac':
    case '}':
      stack.pop()
      level.before = ';'
      return true
    case '!':
      level.negated = true
      return true
    case 'time':
      return true
    case 'function':
      while (' \t'.includes(reader.source[reader.at] ?? 'x')) reader.at += 1
      readWord(reader, [])
      if (reader.source.startsWith('()', reader.at)) reader.at += 2
      level.isFunction = true
      return true
    default:
      return false
  }
}
