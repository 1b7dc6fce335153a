import { urlOf } from '../lint/define-rule.ts'
import type { Problem } from '../model/problem.ts'
import { problemsText } from '../terminal/problem-text.ts'
import type { Words } from '../words/words.ts'
import { readNow } from '../workspace/text-file.ts'
import { complain, say, widthOfErrors } from './output.ts'

/** A problem of the command line's own: about a flag, an argument, the world. */
export function usageProblem(given: {
  readonly rule: string
  readonly reason: string
  readonly file?: string
  readonly expected?: readonly string[]
  readonly actual?: string | null
  readonly nearest?: string | null
}): Problem {
  const { rule, reason, file = 'command line', expected = [], actual = null, nearest = null } = given
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  return { file, place, severity: 'error', rule, reason, expected, actual, nearest, cause: null }
}

/** As `lint --json` and every refusal print them. */
export function problemsJson(problems: readonly Problem[]): readonly object[] {
  return problems.map(({ file, place, rule, severity, reason, expected, actual, nearest }) => ({
    file,
    ...place,
    rule,
    severity,
    reason,
    expected,
    actual,
    nearest,
    url: urlOf(rule),
  }))
}

/** Errors first by place, as an editor lists them. */
export function sorted(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.place.line - b.place.line || a.place.column - b.place.column,
  )
}

/** Tells all problems at once: JSON on standard output, else text on standard error; what is only an info is `lint`'s to say. */
export function tellProblems(
  problems: readonly Problem[],
  {
    json,
    words,
    sources,
    infos = false,
  }: {
    readonly json: boolean
    readonly words: Words
    readonly sources?: ReadonlyMap<string, string>
    readonly infos?: boolean
  },
): void {
  if (json) {
    say(JSON.stringify(problemsJson(problems)))
    return
  }
  const told = infos ? problems : problems.filter(({ severity }) => severity !== 'info')
  const text = problemsText(told, (file) => sources?.get(file) ?? sourceOf(file), { words, width: widthOfErrors() })
  if (text !== '') complain(text)
}

function sourceOf(file: string): string | null {
  try {
    const bytes = readNow(file)
    return bytes === null
      ? null
      : Buffer.from(bytes)
          .toString('utf8')
          .replace(/^\uFEFF/, '')
  } catch {
    return null
  }
}
