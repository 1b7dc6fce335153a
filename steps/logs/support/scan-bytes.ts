import type { Pattern } from './pattern.ts'

/** A find: the first line of its event and, where it is another, the line that matched. */
export interface Find {
  readonly lines: readonly string[]
}

export interface Rule {
  readonly pattern: Pattern
  /** A line that one of these is in does not count. */
  readonly ignore: readonly Pattern[]
  /** Told of each event that counts, once, with its first line. Says whether it counts: it may be too old. */
  readonly onFind: (firstLine: string, find: () => Find) => void
}

export interface Scanner {
  /** Takes the next bytes of a file. */
  feed(bytes: Buffer): void
  /** The last line may have no end yet: it is looked at, and not counted as read. */
  end(): { readonly bytesOfWholeLines: number }
}

const LINE_FEED = 10
/** Longer lines are looked at in pieces. */
const LONGEST_LINE = 1024 * 1024
/** Of a line, so much is looked at and shown. */
const SEEN_BYTES = 32 * 1024
/** An event's first line is looked for so far back. */
const BACK_BYTES = 64 * 1024
/** Shown of a line. */
const SHOWN = 500

/** Looks for the rules' patterns in what it is fed, line by line, in bounded memory. */
export function openScanner(rules: readonly Rule[], isFirstLine: (line: string) => boolean): Scanner {
  const state = rules.map((rule) => ({ rule, lastEvent: -1 }))
  let rest: Buffer = Buffer.alloc(0)
  let before: Buffer = Buffer.alloc(0)
  let position = 0

  const scan = (body: Buffer): void => {
    for (const one of state)
      for (const start of candidates(body, one.rule.pattern)) {
        const line = lineAt(body, start)
        if (!one.rule.pattern.isIn(line) || one.rule.ignore.some((pattern) => pattern.isIn(line))) continue
        const event = eventOf({ body, before, start, line, isFirstLine })
        const key = position + event.at
        if (key === one.lastEvent) continue
        one.lastEvent = key
        one.rule.onFind(event.first, () => ({ lines: [...new Set([event.first, line])].map(shown) }))
      }
    before = Buffer.from(
      body.length >= BACK_BYTES ? body.subarray(-BACK_BYTES) : Buffer.concat([before, body]).subarray(-BACK_BYTES),
    )
    position += body.length
  }
  return {
    feed(bytes) {
      const data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      const whole = data.lastIndexOf(LINE_FEED) + 1
      const cut = whole === 0 && data.length > LONGEST_LINE ? data.length : whole
      if (cut > 0) scan(data.subarray(0, cut))
      rest = Buffer.from(data.subarray(cut))
    },
    end() {
      const bytesOfWholeLines = position
      if (rest.length > 0) scan(rest)
      return { bytesOfWholeLines }
    },
  }
}

/** Where the lines begin that may match, in order. */
function candidates(body: Buffer, { literals }: Pattern): Iterable<number> {
  if (literals === null) return allLines(body)
  const found = literals.map((literal) => [...linesWith(body, literal)])
  return found.length === 1 ? (found[0] ?? []) : [...new Set(found.flat())].toSorted((one, other) => one - other)
}

function* allLines(body: Buffer): Iterable<number> {
  for (let at = 0; at < body.length;) {
    yield at
    const end = body.indexOf(LINE_FEED, at)
    at = end < 0 ? body.length : end + 1
  }
}

function* linesWith(body: Buffer, literal: Buffer): Iterable<number> {
  for (let hit = body.indexOf(literal); hit >= 0;) {
    yield lineStart(body, hit)
    const end = body.indexOf(LINE_FEED, hit)
    if (end < 0) return
    hit = body.indexOf(literal, end + 1)
  }
}

const lineStart = (body: Buffer, at: number): number => (at === 0 ? 0 : body.lastIndexOf(LINE_FEED, at - 1) + 1)

function lineAt(body: Buffer, start: number): string {
  const end = body.indexOf(LINE_FEED, start)
  const to = Math.min(end < 0 ? body.length : end, start + SEEN_BYTES)
  return body.toString('utf8', start, to).replace(/\r$/, '')
}

interface Event {
  /** Where its first line begins; before the body: negative. */
  readonly at: number
  readonly first: string
}

/** The event that a line belongs to: back to the line that begins with a time. Without one the line is its own. */
function eventOf({
  body,
  before,
  start,
  line,
  isFirstLine,
}: {
  readonly body: Buffer
  readonly before: Buffer
  readonly start: number
  readonly line: string
  readonly isFirstLine: (line: string) => boolean
}): Event {
  if (isFirstLine(line)) return { at: start, first: line }
  for (let at = start; at > 0 && start - at < BACK_BYTES;) {
    at = lineStart(body, at - 1)
    const earlier = lineAt(body, at)
    if (isFirstLine(earlier)) return { at, first: earlier }
  }
  if (start < BACK_BYTES)
    for (let at = before.length; at > 0;) {
      at = lineStart(before, at - 1)
      const earlier = lineAt(before, at)
      if (isFirstLine(earlier)) return { at: at - before.length, first: earlier }
    }
  return { at: start, first: line }
}

const shown = (line: string): string => (line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line)
