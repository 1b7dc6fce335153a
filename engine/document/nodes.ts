import type { Code, Nodes, Parents, Table, TableCell, TableRow } from 'mdast'
import type { Place } from '../model/problem.ts'

export type {
  Code,
  Heading,
  Html,
  List,
  ListItem,
  Nodes,
  Paragraph,
  PhrasingContent,
  Root,
  RootContent,
  Table,
  TableCell,
} from 'mdast'

/** Where a node stands. */
export function placeOf({ position }: Nodes): Place {
  return {
    line: position?.start.line ?? 1,
    column: position?.start.column ?? 1,
    endLine: position?.end.line ?? 1,
    endColumn: position?.end.column ?? 1,
  }
}

/** Offset of a node's first character. */
export function startOf({ position }: Nodes): number {
  return position?.start.offset ?? 0
}

/** Offset after a node's last character. */
export function endOf({ position }: Nodes): number {
  return position?.end.offset ?? 0
}

/** What a person reads of a node: text and code, without marks. */
export function plainText(node: Nodes): string {
  switch (node.type) {
    case 'text':
    case 'inlineCode':
    case 'code':
      return node.value
    case 'break':
      return '\n'
    case 'image':
    case 'imageReference':
      return node.alt ?? ''
    default:
      return 'children' in node ? node.children.map(plainText).join('') : ''
  }
}

/** Whether a node has nodes below it. */
export function isParent(node: Nodes): node is Parents {
  return 'children' in node
}

/** Calls `see` for a node and everything below it, in document order. A text's nesting is limited before it is parsed. */
export function walk(node: Nodes, see: (node: Nodes) => void): void {
  see(node)
  if (isParent(node)) for (const child of node.children) walk(child, see)
}

/** Whether some fence lies below a node, or is it. */
export function holdsFence(node: Nodes): boolean {
  let found = false
  walk(node, (one) => {
    found ||= one.type === 'code' && isFence(one)
  })
  return found
}

const indented = new WeakSet<Code>()

/** Notes that a code node is an indented one, not a fence. */
export function markIndented(node: Code): void {
  indented.add(node)
}

/** Whether a code node is a fence (indented code never runs). */
export function isFence(node: Code): boolean {
  return !indented.has(node)
}

/** The cells of a table's header row. */
export function headerOf(table: Table): readonly TableCell[] {
  return table.children[0]?.children ?? []
}

/** The rows of a table without its header. */
export function bodyOf(table: Table): readonly TableRow[] {
  return table.children.slice(1)
}
