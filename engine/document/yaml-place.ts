import { isAlias, isMap, isNode, isPair, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import type { Place, Problem } from '../model/problem.ts'
import type { Block } from '../model/runbook.ts'
import type { Json } from '../model/value.ts'
import type { Code } from './codes.ts'
import { problemOf } from './reading.ts'

/** The body of a yaml fence, read, with the place of everything in it. */
export interface YamlBody {
  /** Null where it cannot be read. An empty body is `{}`. */
  readonly json: Json | null
  readonly problems: readonly Problem[]
  /** Place of the value at a path, or of a key below it; of the nearest thing around where that is missing. */
  placeOf(path: readonly (string | number)[], key?: string): Place
}

/** Reads the YAML of a block's body. `file` is named in its problems. */
export function readYamlBody(block: Block, file = ''): YamlBody {
  const { body } = block
  const starts = lineStarts(body)
  const problems: Problem[] = []
  const between = (from: number, to: number): Place => placeIn(block, starts, from, Math.max(from, to))
  const add = (rule: Code, range: readonly [number, number], reason: string, actual: string | null = null): void => {
    problems.push(problemOf(file, { rule, place: between(range[0], range[1]), reason, actual }))
  }
  if (isTooDeep(body)) {
    add('yaml-body', [0, 1], `Unexpected nesting, expected at most ${DEEPEST} levels`)
    return { json: null, problems, placeOf: () => block.place }
  }
  const documents = parseAllDocuments(body, { prettyErrors: false, uniqueKeys: true, strict: true })
  const [first, second] = Array.isArray(documents) ? documents : []
  if (first === undefined || (first.contents === null && first.errors.length === 0))
    return { json: {}, problems, placeOf: () => block.place }
  for (const { code, message, pos } of first.errors)
    add(
      code === 'DUPLICATE_KEY' ? 'yaml-duplicate-key' : 'yaml-body',
      pos,
      code === 'DUPLICATE_KEY'
        ? 'Unexpected second key of this name, expected each once'
        : `Unexpected YAML: ${(message.split('\n')[0] ?? message).trim()}`,
    )
  if (second !== undefined) add('yaml-body', [second.range[0], second.range[0] + 1], 'Unexpected second document, expected one')
  checkNodes(first, add)
  const json = problems.length > 0 ? null : toJson(first, add)
  return { json, problems, placeOf: (path, key) => between(...rangeAt(first, path, key)) }
}

/** Each level is a level of the parser's own stack, and of everything that reads the value. */
const DEEPEST = 100

/** Counts levels without parsing: of brackets, of indentation, of `- - -`. A quoted bracket counts too, which only a hostile body has a hundred of. */
function isTooDeep(body: string): boolean {
  let open = 0
  const indents: number[] = []
  for (const line of body.split('\n')) {
    const lead = /^[ \t]*(?:[-?][ \t]+)*/.exec(line)?.[0] ?? ''
    if (lead.length === line.trimEnd().length) continue
    while ((indents.at(-1) ?? -1) >= lead.length) indents.pop()
    indents.push(lead.length)
    const dashes = lead.replace(/[^-?]/g, '').length
    for (const [mark] of line.matchAll(/[[\]{}]/g)) {
      open = Math.max(0, open + (mark === '[' || mark === '{' ? 1 : -1))
      if (open > DEEPEST) return true
    }
    if (indents.length + dashes > DEEPEST) return true
  }
  return false
}

type Add = (rule: Code, range: readonly [number, number], reason: string, actual?: string | null) => void

/** `b: {{y}}` is YAML for a map whose key is a map: nearly always a template that nobody renders here. */
function checkNodes(document: Document.Parsed, add: Add): void {
  visit(document, {
    Pair(_key, pair) {
      if (isMap(pair.key) || isSeq(pair.key))
        add('yaml-template', rangeOf(pair.key), 'Unexpected {{ in YAML, expected $NAME or a quoted text', '{{')
    },
    Alias(_key, alias) {
      add('yaml-body', rangeOf(alias), `Unexpected alias *${alias.source}, expected the value itself`, alias.source)
    },
  })
}

function toJson(document: Document.Parsed, add: Add): Json | null {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 })
    return JSON.parse(JSON.stringify(value ?? {})) as Json
  } catch (error) {
    add('yaml-body', [0, 1], `Unexpected YAML: ${error instanceof Error ? error.message : 'it cannot be read'}`)
    return null
  }
}

function rangeOf(node: unknown): [number, number] {
  if (isPair(node)) return rangeOf(node.key)
  const range = isNode(node) || isAlias(node) ? (node as Node).range : null
  return range == null ? [0, 1] : [range[0], range[1]]
}

function rangeAt(document: Document.Parsed, path: readonly (string | number)[], key?: string): [number, number] {
  let node: unknown = document.contents
  let best: unknown = node
  for (const part of path) {
    const next: unknown = isMap(node) ? pairOf(node.items, String(part)) : isSeq(node) ? node.items[Number(part)] : undefined
    if (next === undefined) return rangeOf(best)
    node = isPair(next) ? (next.value ?? next) : next
    best = isPair(next) && next.value === null ? next : node
  }
  if (key === undefined) return rangeOf(best)
  const pair = isMap(node) ? pairOf(node.items, key) : undefined
  return rangeOf(pair ?? best)
}

function pairOf(items: readonly Pair[], key: string): Pair | undefined {
  return items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
}

function lineStarts(body: string): number[] {
  const starts = [0]
  for (let at = body.indexOf('\n'); at !== -1; at = body.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function placeIn(block: Block, starts: readonly number[], from: number, to: number): Place {
  const point = (offset: number): { line: number; column: number } => {
    const index = Math.max(
      0,
      starts.findLastIndex((start) => start <= offset),
    )
    const at = block.lines[Math.min(index, block.lines.length - 1)]
    return { line: at?.line ?? block.place.line, column: (at?.shift ?? 0) + offset - (starts[index] ?? 0) + 1 }
  }
  const start = point(from)
  const end = point(to)
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column }
}
