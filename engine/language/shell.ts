import { forEachChild, parse } from 'unbash'

export interface Shell {
  /** False: the script does not parse; then nothing else is known of it. */
  readonly ok: boolean
  readonly error: { readonly offset: number; readonly text: string } | null
  readonly assigns: readonly { readonly name: string; readonly offset: number; readonly array: boolean }[]
  readonly uses: readonly { readonly name: string; readonly offset: number; readonly defaulted: boolean }[]
  /** Offsets of `exit` at the top level. */
  readonly exits: readonly number[]
  /** Names of the commands it calls, without its own functions; only those written out. */
  readonly commands: readonly string[]
}

interface Found {
  readonly assigns: { name: string; offset: number; array: boolean }[]
  readonly uses: { name: string; offset: number; defaulted: boolean }[]
  readonly exits: number[]
  readonly commands: Set<string>
  readonly functions: Set<string>
}

type Node = { readonly type: string; readonly pos: number; readonly [field: string]: unknown }
type WordNode = Node & { readonly value: string; readonly text: string }

const DECLARE = new Set(['declare', 'typeset', 'local', 'export', 'readonly', 'read', 'mapfile', 'readarray', 'getopts'])
const NAME = /^([A-Za-z_]\w*)/

const unread = { ok: false, error: null, assigns: [], uses: [], exits: [], commands: [] } as const

/** Reads what a bash script assigns and uses. Never throws; linear. */
export function readShell(source: string): Shell {
  try {
    const script = parse(source) as unknown as Node & {
      readonly errors?: readonly { readonly message: string; readonly pos: number }[]
    }
    const [error] = script.errors ?? []
    if (error !== undefined) return { ...unread, error: { offset: error.pos, text: error.message } }
    const found: Found = { assigns: [], uses: [], exits: [], commands: new Set(), functions: new Set() }
    walk(script, found, true)
    const { assigns, uses, exits, functions } = found
    const commands = [...found.commands].filter((name) => !functions.has(name))
    return { ok: true, error: null, assigns, uses, exits, commands }
  } catch (error) {
    return { ...unread, error: { offset: 0, text: error instanceof Error ? error.message : String(error) } }
  }
}

function walk(node: Node, found: Found, isTop: boolean): void {
  visit(node, found, isTop)
  const inner = isTop && !['Function', 'Subshell', 'CommandExpansion', 'ProcessSubstitution'].includes(node.type)
  forEachChild(node as never, (child: unknown) => {
    walk(child as Node, found, inner)
    return undefined
  })
}

function visit(node: Node, found: Found, isTop: boolean): void {
  switch (node.type) {
    case 'Assignment':
      assignment(node, found)
      return
    case 'Coproc':
      coproc(node, found)
      return
    case 'FileDescriptorVariable':
      found.assigns.push({ name: String(node['name']), offset: node.pos, array: false })
      return
    case 'For':
    case 'Select': {
      const name = node['name'] as WordNode
      found.assigns.push({ name: name.value, offset: name.pos, array: false })
      return
    }
    case 'SimpleExpansion': {
      const name = NAME.exec(String(node['text']).slice(1))?.[1]
      if (name !== undefined) found.uses.push({ name, offset: node.pos, defaulted: false })
      return
    }
    case 'ParameterExpansion':
      parameter(node, found)
      return
    case 'ArithmeticWord': {
      const name = NAME.exec(String(node['value']))?.[1]
      // Arithmetic takes an unset name for zero only without `set -u`: it is a use like any other.
      if (name !== undefined) found.uses.push({ name, offset: node.pos, defaulted: false })
      return
    }
    case 'ArithmeticBinary':
    case 'ArithmeticUnary':
      arithmetic(node, found)
      return
    case 'Function': {
      const name = (node['name'] as WordNode | undefined)?.value
      if (name !== undefined) found.functions.add(name)
      return
    }
    case 'Command':
      command(node, found, isTop)
      return
    default:
      return
  }
}

function assignment(node: Node, found: Found): void {
  const { name, pos, value, array, index } = node as unknown as {
    readonly name?: string
    readonly pos: number
    readonly value?: Node
    readonly array?: unknown
    readonly index?: unknown
  }
  if (name === undefined) return
  found.assigns.push({ name, offset: pos, array: array !== undefined || index !== undefined || value?.type === 'ArrayValue' })
}

function coproc(node: Node, found: Found): void {
  const name = (node['name'] as WordNode | undefined)?.value
  if (name === undefined) return
  found.assigns.push({ name, offset: node.pos, array: true }, { name: `${name}_PID`, offset: node.pos, array: false })
}

function parameter(node: Node, found: Found): void {
  const name = NAME.exec(String(node['parameter']))?.[1]
  if (name === undefined) return
  const operation = node['operation'] as { readonly type?: string; readonly operator?: string } | undefined
  // `${!PREFIX@}` lists names and takes no value.
  if (operation?.type === 'Names') return
  const operator = operation?.operator ?? ''
  found.uses.push({ name, offset: node.pos, defaulted: /^:?[-=+?]/.test(operator) })
  if (/^:?=/.test(operator)) found.assigns.push({ name, offset: node.pos, array: false })
}

function arithmetic(node: Node, found: Found): void {
  const operator = String(node['operator'])
  const isAssignment = /^(?:[-+*/%&|^]|<<|>>)?=$/.test(operator) || operator === '++' || operator === '--'
  const target = (node['left'] ?? node['operand']) as WordNode | undefined
  if (isAssignment && target?.type === 'ArithmeticWord') {
    const name = NAME.exec(target.value)?.[1]
    if (name !== undefined) found.assigns.push({ name, offset: target.pos, array: false })
  }
}

/** `let x=1 "y += 2" z++`. */
function counted({ value, pos }: WordNode, found: Found): void {
  const name = /^\s*(?:(?:\+\+|--)\s*)?([A-Za-z_]\w*)\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=)|$)/.exec(value ?? '')?.[1]
  if (name !== undefined) found.assigns.push({ name, offset: pos, array: false })
}

function command(node: Node, found: Found, isTop: boolean): void {
  const name = (node['name'] as WordNode | undefined)?.value
  const words = (node['suffix'] as readonly WordNode[] | undefined) ?? []
  if (name === undefined) return
  if (/^[A-Za-z_][\w.+-]*$/.test(name)) found.commands.add(name)
  if (name === 'exit' && isTop) found.exits.push(node.pos)
  if (name === 'printf' && words[0]?.value === '-v' && words[1] !== undefined)
    found.assigns.push({ name: words[1].value, offset: words[1].pos, array: false })
  if (name === 'let') for (const word of words) counted(word, found)
  // What a trap or `eval` runs assigns too; a word that expands first is not known.
  const [inner] = name === 'trap' || name === 'eval' ? words : []
  if (inner?.value !== undefined)
    for (const one of readShell(inner.value).assigns) found.assigns.push({ ...one, offset: inner.pos })
  if (!DECLARE.has(name)) return
  const isArray = name === 'mapfile' || name === 'readarray' || words.some((word) => /^-[a-zA-Z]*[aA]/.test(word.value))
  for (const word of words) {
    const named = /^([A-Za-z_]\w*)(?:=|\+=|$)/.exec(word.value ?? '')?.[1]
    // `export NAME` gives no value; `read NAME` does.
    const gives = /=/.test(word.value ?? '') || !['export', 'readonly'].includes(name)
    if (named !== undefined && gives && (!['declare', 'typeset', 'local'].includes(name) || /=/.test(word.value)))
      found.assigns.push({ name: named, offset: word.pos, array: isArray })
  }
  if (name === 'read' && !words.some((word) => NAME.test(word.value ?? '')))
    found.assigns.push({ name: 'REPLY', offset: node.pos, array: false })
}
