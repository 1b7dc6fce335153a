/** Lines around a change that a patch shows. */
const CONTEXT = 3

/**
 * A unified diff with one hunk, as `git apply` takes it. `path` is relative to where it is applied. Empty where
 * nothing differs.
 */
export function patchOf({
  path,
  before,
  after,
}: {
  readonly path: string
  readonly before: string
  readonly after: string
}): string {
  if (before === after) return ''
  const old = linesOf(before)
  const now = linesOf(after)
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1
  const from = Math.max(0, head - CONTEXT)
  const oldTo = Math.min(old.length, old.length - tail + CONTEXT)
  const nowTo = Math.min(now.length, now.length - tail + CONTEXT)
  const body = [
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, oldTo).map((line) => ` ${line}`),
  ]
  const range = (count: number): string => `${count === 0 ? from : from + 1},${count}`
  return [
    `diff --git ${named('a/', path)} ${named('b/', path)}\n`,
    `--- ${marked(named('a/', path))}\n`,
    `+++ ${marked(named('b/', path))}\n`,
    `@@ -${range(oldTo - from)} +${range(nowTo - from)} @@\n`,
    ...body.map((line) => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`)),
  ].join('')
}

/** The path that a patch of ours changes, or null where this is none. */
export function pathOfPatch(patch: string): string | null {
  const name = /^\+\+\+ ("b\/(?:[^"\\]|\\.)*"|b\/[^\t\n]*)/m.exec(patch)?.[1]
  if (name === undefined) return null
  return name.startsWith('"') ? unquoted(name.slice(1, -1)).slice(2) : name.slice(2)
}

/** Applies a patch of ours to a text, which stays as it is where that was done already; null where the lines are not there, or in several places. */
export function applyPatch(text: string, patch: string): string | null {
  const hunk = hunkOf(patch)
  if (hunk === null) return null
  const lines = linesOf(text)
  const { before, after } = hunk
  const fits = (side: readonly string[], at: number): boolean => side.every((line, index) => lines[at + index] === line)
  if (lines.some((_, at) => fits(after, at))) return text
  const places = fits(before, hunk.at) ? [hunk.at] : lines.flatMap((_, at) => (fits(before, at) ? [at] : []))
  const [at] = places
  if (at === undefined || places.length > 1) return null
  return [...lines.slice(0, at), ...after, ...lines.slice(at + before.length)].join('')
}

interface Hunk {
  readonly at: number
  readonly before: readonly string[]
  readonly after: readonly string[]
}

function hunkOf(patch: string): Hunk | null {
  const lines = linesOf(patch)
  const start = lines.findIndex((line) => line.startsWith('@@ '))
  const first = /^@@ -(\d+)/.exec(lines[start] ?? '')?.[1]
  if (first === undefined) return null
  const body: { readonly sign: string; readonly text: string }[] = []
  for (const line of lines.slice(start + 1)) {
    const last = body.at(-1)
    // `\ No newline at end of file` takes the line end from the line above it.
    if (line.startsWith('\\') && last !== undefined) body[body.length - 1] = { ...last, text: last.text.slice(0, -1) }
    else body.push({ sign: line.slice(0, 1), text: line.slice(1) })
  }
  const of = (sign: string): string[] => body.filter((line) => line.sign === ' ' || line.sign === sign).map((line) => line.text)
  return { at: Math.max(0, Number(first) - 1), before: of('-'), after: of('+') }
}

/** Lines with their ends; only LF ends one, as for git. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Git's own quoting: a name with a quote, a backslash or a control character stands in quotes. */
function named(prefix: string, path: string): string {
  const name = `${prefix}${path}`
  return /["\\\u0000-\u001f\u007f]/.test(name) ? JSON.stringify(name) : name
}

/** A name with blanks ends in a tab, so that nothing after it is taken for a time. */
function marked(name: string): string {
  return name.includes(' ') && !name.startsWith('"') ? `${name}\t` : name
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}
