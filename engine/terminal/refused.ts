import { visibleLine } from '../language/control.ts'
import { padEnd, widthOf, wrap } from '../language/width.ts'
import type { Words } from '../words/words.ts'

/** An answer that an unattended run lacks. */
export interface MissingAnswer {
  readonly id: string
  readonly what: string
  readonly hint: string
}

/** The list below "Not started": every missing answer with what it is and how it is given. */
export function refusedText(missing: readonly MissingAnswer[], words: Words, width = 80): string {
  return [words.refused.title(missing.length), ...missingLines(missing, words, width)].join('\n')
}

/** The same answers, as `plan` lists them without refusing. */
export function missingText(missing: readonly MissingAnswer[], words: Words, width = 80): string {
  return [words.refused.titlePlan(missing.length), ...missingLines(missing, words, width)].join('\n')
}

function missingLines(missing: readonly MissingAnswer[], words: Words, width: number): string[] {
  const known: Readonly<Record<string, string>> = words.refused.what
  const rows = missing.map(({ id, what, hint }) => ({
    id: visibleLine(id),
    what: known[what] ?? visibleLine(what),
    hint: visibleLine(words.problem.said(hint)),
  }))
  const idWidth = Math.min(40, Math.max(0, ...rows.map(({ id }) => widthOf(id))))
  const whatWidth = Math.max(0, ...rows.map(({ what }) => widthOf(what)))
  const indent = 2 + idWidth + 3 + whatWidth + 2
  return rows.flatMap(({ id, what, hint }) => {
    const hints = wrap(hint, Math.max(20, width - indent))
    const head = `  ${padEnd(id, idWidth)}   ${padEnd(what, whatWidth)}  `
    // An id that is too long has its line to itself: ids are copied into the answers file, never cut.
    const first =
      widthOf(id) > idWidth
        ? [`  ${id}`, `  ${' '.repeat(idWidth)}   ${padEnd(what, whatWidth)}  ${hints[0] ?? ''}`]
        : [`${head}${hints[0] ?? ''}`]
    return [...first, ...hints.slice(1).map((hint_) => `${' '.repeat(indent)}${hint_}`)].map((line) => line.trimEnd())
  })
}
