import Handlebars from 'handlebars'

/** The text of a template filled in, or the one sentence why not, with its place. Lines and columns count from 1. */
export type Filled =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false
      readonly reason: string
      readonly expected: readonly string[]
      readonly actual: string | null
      readonly line: number
      readonly column: number
    }

/** Helpers that make sense over plain texts. */
const HELPERS = ['if', 'unless']

/**
 * Fills in a Markdown template for `new`. Nothing is escaped. A name that is not among the values is an error wherever it
 * stands, also in a condition or in a branch that is not taken; names of an object's prototype are not there.
 */
export function fillTemplate(source: string, values: Readonly<Record<string, string>>): Filled {
  try {
    const engine = Handlebars.create()
    const lost = pathsIn(engine.parse(source)).find(({ name }) => !HELPERS.includes(name) && !Object.hasOwn(values, name))
    if (lost !== undefined) {
      const expected = Object.keys(values)
      return {
        ok: false,
        reason: `Unexpected name ${lost.name}, expected ${expected.join(', ')}`,
        expected,
        actual: lost.name,
        line: lost.line,
        column: lost.column,
      }
    }
    return { ok: true, text: engine.compile(source, { strict: true, noEscape: true })({ ...values }) }
  } catch (error) {
    return whyNot(error)
  }
}

interface Path {
  readonly name: string
  readonly line: number
  readonly column: number
}

/** Every name in a template, in order; the parser's tree is plain data. */
function pathsIn(node: unknown): readonly Path[] {
  if (typeof node !== 'object' || node === null) return []
  if (Array.isArray(node)) return node.flatMap(pathsIn)
  const { type, original, loc } = node as {
    readonly type?: string
    readonly original?: string
    readonly loc?: { readonly start: { readonly line: number; readonly column: number } }
  }
  if (type === 'PathExpression')
    return [{ name: String(original), line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1 }]
  return Object.values(node).flatMap(pathsIn)
}

/** The parser's message is several lines with a picture; its first line and the lexer's words say it. */
function whyNot(error: unknown): Filled {
  const message = error instanceof Error ? error.message : String(error)
  const { lineNumber, column } = error as { readonly lineNumber?: number; readonly column?: number }
  const line = lineNumber ?? Number(/on line (\d+)/.exec(message)?.[1] ?? 1)
  const said = message.split('\n').findLast((one) => one.trim() !== '') ?? message
  return { ok: false, reason: `Unexpected template: ${said}`, expected: [], actual: null, line, column: (column ?? 0) + 1 }
}
