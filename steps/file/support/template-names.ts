import type { Json } from '../../../engine/index.ts'

/** What is wrong with a template, at its place. Lines and columns count from 1. */
export interface TemplateProblem {
  readonly reason: string
  readonly line: number
  readonly column: number
}

/** The parser's tree, as far as it is looked at: plain data. */
export interface Node {
  readonly type: string
  readonly loc: { readonly start: { readonly line: number; readonly column: number } }
  readonly body?: readonly Node[]
  readonly path?: Node
  readonly params?: readonly Node[]
  readonly hash?: { readonly pairs: readonly unknown[] }
  readonly program?: Node & { readonly blockParams?: readonly string[] }
  readonly inverse?: Node
  readonly original?: string | number | boolean
  readonly parts?: readonly string[]
  readonly depth?: number
  readonly data?: boolean
}

/** Where a name is looked up: every value that the context, or a name of the block, can have here. */
interface Scope {
  readonly contexts: readonly (readonly Json[])[]
  readonly named: ReadonlyMap<string, readonly Json[]>
  readonly root: Json
}

/**
 * Checks that everything a template names is there, in every branch, for every item and in conditions too; Handlebars itself
 * renders much of that as nothing. Only own properties count, so nothing is reached through a prototype.
 */
export function checkNames(tree: Node, values: Json): TemplateProblem | null {
  return checkAll(tree.body ?? [], { contexts: [[values]], named: new Map(), root: values })
}

const problem = ({ loc }: Node, reason: string): TemplateProblem => ({
  reason,
  line: loc.start.line,
  column: loc.start.column + 1,
})

function checkAll(nodes: readonly Node[], scope: Scope): TemplateProblem | null {
  for (const node of nodes) {
    const found = checkNode(node, scope)
    if (found !== null) return found
  }
  return null
}

function checkNode(node: Node, scope: Scope): TemplateProblem | null {
  const { type, path, params = [], hash } = node
  if (type === 'ContentStatement' || type === 'CommentStatement') return null
  const isPlain = path?.type === 'PathExpression' && (hash === undefined || hash === null || hash.pairs.length === 0)
  if (type === 'MustacheStatement' && path !== undefined && params.length === 0 && isPlain) return checkText(path, scope)
  if (type === 'BlockStatement' && path !== undefined && isPlain) return checkBlock(node, path, scope)
  return problem(
    node,
    `Unexpected ${path?.original === undefined ? type : `helper ${path.original}`}, expected a name, if, unless, each or with`,
  )
}

function checkText(path: Node, scope: Scope): TemplateProblem | null {
  const found = valuesAt(path, scope)
  if (typeof found === 'string') return problem(path, found)
  const wrong = found.find((value) => value === null || typeof value === 'object')
  return wrong === undefined
    ? null
    : problem(
        path,
        `Unexpected ${wrong === null ? 'null' : Array.isArray(wrong) ? 'list' : 'map'} ${path.original}, expected a text or a number`,
      )
}

function checkBlock(node: Node, path: Node, scope: Scope): TemplateProblem | null {
  const { params = [], program, inverse } = node
  const [of] = params
  const name = String(path.original)
  if (!['if', 'unless', 'each', 'with'].includes(name) || of === undefined || params.length > 1 || of.type !== 'PathExpression')
    return problem(node, `Unexpected block ${name}, expected if, unless, each or with and one name`)
  const found = valuesAt(of, scope)
  if (typeof found === 'string') return problem(of, found)
  const otherwise = inverse === undefined || inverse === null ? null : checkAll(inverse.body ?? [], scope)
  if (otherwise !== null) return otherwise
  if (program === undefined || program === null) return null
  if (name === 'if' || name === 'unless') return checkAll(program.body ?? [], scope)
  const inside = name === 'with' ? found : itemsOf(found)
  if (inside === null) return problem(of, `Unexpected ${of.original}, expected a list or a map`)
  const names = program.blockParams ?? []
  const named = new Map(scope.named)
  if (names[0] !== undefined) named.set(names[0], inside)
  if (names[1] !== undefined) named.set(names[1], [0])
  return checkAll(program.body ?? [], { ...scope, contexts: [...scope.contexts, inside], named })
}

function itemsOf(values: readonly Json[]): readonly Json[] | null {
  if (values.some((value) => typeof value !== 'object' || value === null)) return null
  return values.flatMap((value) => Object.values(value as Readonly<Record<string, Json>>))
}

/** Every value that a path can have here, or a sentence. No possible context (an empty list) leaves nothing to check. */
function valuesAt(
  { parts = [], depth = 0, data = false, original }: Node,
  { contexts, named, root }: Scope,
): readonly Json[] | string {
  if (data) {
    if (parts[0] === 'root') return step([root], parts.slice(1), String(original))
    return parts.length === 1 && ['index', 'key', 'first', 'last'].includes(parts[0] ?? '') && contexts.length > 1
      ? [0]
      : `Unexpected @${parts.join('.')}, expected @index, @key, @first or @last inside each`
  }
  const [first, ...rest] = parts
  const block = depth === 0 && first !== undefined && !/^(?:this\b|\.\/)/.test(String(original)) ? named.get(first) : undefined
  if (block !== undefined) return step(block, rest, String(original))
  const context = contexts[contexts.length - 1 - depth]
  return context === undefined ? `Unexpected ${original}, expected fewer ../` : step(context, parts, String(original))
}

function step(values: readonly Json[], parts: readonly string[], name: string): readonly Json[] | string {
  let at = values
  for (const part of parts) {
    const known = at.every((value) => typeof value === 'object' && value !== null && Object.hasOwn(value, part))
    if (!known) return `Unexpected name ${name}, expected one that has a value${expected(at)}`
    at = at.map((value) => (value as Readonly<Record<string, Json>>)[part] as Json)
  }
  return at
}

function expected(values: readonly Json[]): string {
  const names = [
    ...new Set(
      values.flatMap((value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [])),
    ),
  ]
  return names.length === 0 || names.length > 12 ? '' : `: ${names.toSorted().join(', ')}`
}

/** Names that a template takes from the run, in order; those of blocks' own contexts are among them. */
export function rootNames(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return []
  if (Array.isArray(node)) return [...new Set(node.flatMap(rootNames))]
  const { type, parts } = node as Node
  if (type === 'PathExpression') return parts?.[0] === undefined ? [] : [parts[0]]
  return [...new Set(Object.values(node).flatMap(rootNames))]
}
