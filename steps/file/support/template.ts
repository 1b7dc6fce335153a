import Handlebars from 'handlebars'
import type { Json } from '../../../engine/index.ts'
import { checkNames, rootNames } from './template-names.ts'
import type { Node, TemplateProblem } from './template-names.ts'

export type Format = 'text' | 'html' | 'json'

export type Rendered = { readonly ok: true; readonly text: string } | ({ readonly ok: false } & TemplateProblem)

export type Parsed =
  | { readonly ok: true; readonly names: readonly string[]; render(values: Readonly<Record<string, Json>>): Rendered }
  | ({ readonly ok: false } & TemplateProblem)

/** How values are written, told by the file's name: HTML and JSON have their own escaping, all else has none. */
export function formatOf(file: string): Format {
  const name = file.toLowerCase().replace(/\.hbs$/, '')
  if (/\.html?$/.test(name)) return 'html'
  return name.endsWith('.json') ? 'json' : 'text'
}

/** Reads a template; rendering it is a second step, so that the names it takes can be looked up in between. */
export function parseTemplate(source: string, format: Format): Parsed {
  try {
    const names = rootNames(Handlebars.parse(source))
    return { ok: true, names, render: (values) => render(source, format, values) }
  } catch (error) {
    return whyNot(error)
  }
}

function render(source: string, format: Format, values: Readonly<Record<string, Json>>): Rendered {
  try {
    const engine = Handlebars.create()
    const tree = engine.parse(source)
    const lost = checkNames(tree as unknown as Node, values)
    if (lost !== null) return { ok: false, ...lost }
    if (format !== 'json') return { ok: true, text: engine.compile(tree, { strict: true, noEscape: format === 'text' })(values) }
    return renderJson(engine, tree, values)
  } catch (error) {
    return whyNot(error)
  }
}

/** Marks where a value goes; a private character, refused in templates. */
const MARK = '\uE000'

/**
 * Values are put in after the rest is rendered, when it is known which of them stand between quotes. The shared
 * `escapeExpression` of the library is left alone: it would change every template of the process.
 */
function renderJson(engine: typeof Handlebars, tree: hbs.AST.Program, values: Readonly<Record<string, Json>>): Rendered {
  const parts: Json[] = []
  engine.registerHelper('reprise-json', (value: Json) => `${MARK}${parts.push(value) - 1}${MARK}`)
  const marked = markValues(tree) as hbs.AST.Program
  const text = fillMarks(
    engine.compile(marked, { strict: true, noEscape: true, knownHelpers: { 'reprise-json': true } })(values),
    parts,
  )
  try {
    JSON.parse(text)
    return { ok: true, text }
  } catch (error) {
    return {
      ok: false,
      reason: `Unexpected result, expected JSON: ${error instanceof Error ? error.message : String(error)}`,
      line: 1,
      column: 1,
    }
  }
}

/** `{{name}}` becomes `{{reprise-json name}}`; `{{{name}}}` stays as it is: the author's own word that it is JSON. */
function markValues(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return node.map(markValues)
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, markValues(value)]))
  if (copy['type'] !== 'MustacheStatement' || copy['escaped'] !== true) return copy
  const helper = {
    type: 'PathExpression',
    data: false,
    depth: 0,
    parts: ['reprise-json'],
    original: 'reprise-json',
    loc: copy['loc'],
  }
  return { ...copy, path: helper, params: [copy['path']] }
}

function fillMarks(text: string, parts: readonly Json[]): string {
  let isQuoted = false
  let filled = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === MARK) {
      const end = text.indexOf(MARK, at + 1)
      filled += asJson(parts[Number(text.slice(at + 1, end))] ?? null, isQuoted)
      at = end
      continue
    }
    filled += character
    if (character === '"') isQuoted = !isQuoted
    if (character === '\\' && isQuoted) filled += text[(at += 1)] ?? ''
  }
  return filled
}

/** Between quotes the text, escaped. Outside: a number or a truth value as it is, any other text in quotes of its own. */
function asJson(value: Json, isQuoted: boolean): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (isQuoted) return JSON.stringify(text).slice(1, -1)
  return /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false)$/.test(text) ? text : JSON.stringify(text)
}

/** The parser's message is several lines with a picture: its last line says it. */
function whyNot(error: unknown): { readonly ok: false } & TemplateProblem {
  const message = error instanceof Error ? error.message : String(error)
  const { lineNumber, column } = error as { readonly lineNumber?: number; readonly column?: number }
  const line = lineNumber ?? Number(/on line (\d+)/.exec(message)?.[1] ?? 1)
  const said = message.split('\n').findLast((one) => one.trim() !== '') ?? message
  return { ok: false, reason: `Unexpected template: ${said}`, line, column: (column ?? 0) + 1 }
}
