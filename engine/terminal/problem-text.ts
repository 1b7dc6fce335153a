import { visible, visibleLine } from '../language/control.ts'
import { widthOf, wrap } from '../language/width.ts'
import type { Problem } from '../model/problem.ts'
import type { Words } from '../words/words.ts'

/** Blanks of a tab in the source line shown. */
const TAB = '  '

/** Columns that a source line may take before it is cut around its place. */
const SOURCE_WIDTH = 100

/**
 * A problem as people read it: where, what, and the source line with a caret below.
 * `source` is the file's text without its BOM, or null where there is none.
 */
export function problemText(problem: Problem, source: string | null, words: Words, width = Infinity): string {
  const { file, place, severity, rule, cause } = problem
  const reason = words.problem.said(problem.reason)
  const lines = [
    `${visibleLine(file)}:${place.line}:${place.column}  ${words.problem.severity[severity]}  ${rule}`,
    ...(width === Infinity ? [visible(reason)] : wrap(visible(reason), width)),
    ...excerpt(problem, source, words),
  ]
  if (cause !== null) lines.push(`  ${visibleLine(file)}:${cause.place.line}:${cause.place.column}  ${visibleLine(cause.value)}`)
  return lines.join('\n')
}

/** What these point at is a secret, which is not shown where it stands either. */
const OF_SECRETS: ReadonlySet<string> = new Set(['secret-value', 'literal-secret'])

function excerpt({ place, nearest, rule }: Problem, source: string | null, words: Words): string[] {
  const line = source?.split(/\r\n|\n|\r/)[place.line - 1]
  const hint = nearest === null ? '' : words.problem.didYouMean(visibleLine(nearest))
  if (line === undefined || line === '') return hint === '' ? [] : [`  ${hint}`]
  const from = Math.min(Math.max(0, place.column - 1), line.length)
  const to = place.endLine === place.line ? Math.min(Math.max(from, place.endColumn - 1), line.length) : line.length
  // A very long line is shown around its place only, so that the caret stays on screen.
  const start = from > SOURCE_WIDTH ? from - SOURCE_WIDTH / 2 : 0
  const shown = (text: string): string => visibleLine(text.replaceAll('\t', TAB))
  const before = `${start > 0 ? '…' : ''}${shown(line.slice(start, from))}`
  const at = OF_SECRETS.has(rule) ? '•••' : shown(line.slice(from, to))
  const rest = shown(line.slice(to, start + 2 * SOURCE_WIDTH))
  const number = String(place.line)
  const caret = '^'.repeat(Math.max(1, Math.min(widthOf(at), SOURCE_WIDTH)))
  return [
    `  ${number} | ${before}${at}${rest}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(widthOf(before))}${caret}${hint === '' ? '' : ` ${hint}`}`,
  ]
}

/** All problems of some files, then how many: an empty text where there is none. */
export function problemsText(
  problems: readonly Problem[],
  sourceOf: (file: string) => string | null,
  { words, width = Infinity }: { readonly words: Words; readonly width?: number },
): string {
  if (problems.length === 0) return ''
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.filter(({ severity }) => severity === 'warning').length
  const texts = problems.map((problem) => problemText(problem, sourceOf(problem.file), words, width))
  return [...texts, words.problem.count(errors, warnings)].join('\n\n')
}
