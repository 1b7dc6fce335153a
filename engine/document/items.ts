import type { BlockType, Box, Item, LabelName } from '../model/runbook.ts'
import { isDecision, readDecision } from './decision.ts'
import { readFence } from './fence.ts'
import { extendLabel, givesRole, reaches, readLabels } from './labels.ts'
import type { OpenLabel } from './labels.ts'
import { placeBetween } from './lines.ts'
import { endOf, holdsFence, isFence, placeOf, startOf, walk } from './nodes.ts'
import type { Code, List, ListItem, Nodes, Paragraph } from './nodes.ts'
import { report, sourceOf } from './reading.ts'
import type { Reading } from './reading.ts'

/** Where reading stands: what the last label gives to what follows it. */
interface State {
  readonly reading: Reading
  /** Role of an untyped shell fence that no label gives one. */
  readonly fallback: BlockType | null
  readonly items: Item[]
  /** The label that further paragraphs, quotes and lists belong to. */
  last: OpenLabel | null
  /** The role labels of the last paragraph that has some. */
  roles: readonly OpenLabel[]
  /** Only the label's own paragraph and list stood between. */
  strict: boolean
  /** A block stood below the label: prose ends it. */
  seenBlock: boolean
}

const roleOfLabel: Readonly<Partial<Record<LabelName, BlockType>>> = {
  validation: 'validate',
  'on-failure': 'on-failure',
  rollback: 'rollback',
}

/** Reads what stands below a heading: blocks with their roles, labels with what belongs to them, boxes, decisions, prose. */
export function readItems(reading: Reading, nodes: readonly Nodes[], fallback: BlockType | null): Item[] {
  const state: State = { reading, fallback, items: [], last: null, roles: [], strict: false, seenBlock: false }
  for (const node of nodes) readNode(state, node)
  return state.items
}

function readNode(state: State, node: Nodes): void {
  switch (node.type) {
    case 'paragraph':
      return readParagraph(state, node)
    case 'code':
      return isFence(node) ? readBlock(state, node) : prose(state, node, 'paragraph')
    case 'list':
      return readList(state, node)
    case 'listItem':
      return readListItem(state, node)
    case 'blockquote':
      if (!holdsFence(node)) return prose(state, node, 'paragraph')
      for (const child of node.children) readNode(state, child)
      return
    case 'table':
      if (!isDecision(node)) return prose(state, node, 'paragraph')
      state.items.push(readDecision(state.reading, node))
      return close(state)
    case 'heading':
      close(state)
      return prose(state, node, 'paragraph')
    case 'html':
      return /^\s*<!--/.test(node.value) ? undefined : prose(state, node, 'list')
    default:
      return
  }
}

function close(state: State): void {
  state.last = null
  state.roles = []
  state.seenBlock = false
}

/** Prose belongs to the label above it, as long as no block stands between; a paragraph takes the label's role from what follows. */
function prose(state: State, node: Nodes, how: 'paragraph' | 'list'): void {
  if (how === 'paragraph' && state.strict) state.strict = false
  if (state.seenBlock && how === 'paragraph') close(state)
  const text = sourceOf(state.reading, node)
  if (state.last !== null && !state.seenBlock) return extendLabel(state.last, text)
  if (how === 'list' && state.seenBlock) close(state)
  state.items.push({ type: 'prose', text, place: placeOf(node) })
}

function readParagraph(state: State, node: Paragraph): void {
  const { before, labels } = readLabels(state.reading, node)
  if (labels.length === 0) return prose(state, node, 'paragraph')
  if (before !== null) {
    close(state)
    const text = state.reading.source.slice(startOf(node), state.reading.lines.starts[before.endLine - 1]! + before.endColumn - 1)
    state.items.push({ type: 'prose', text, place: before })
  }
  const roles = labels.filter(({ name }) => givesRole(name))
  if (roles.length > 0) {
    state.roles = roles
    state.strict = true
    state.seenBlock = false
  }
  const last = labels.at(-1) ?? null
  state.last = last !== null && reaches(last.name) ? last : null
  if (state.last !== null) state.seenBlock = false
  state.items.push(...labels)
}

function readBlock(state: State, node: Code): void {
  const { roles, strict, fallback, reading } = state
  const label = roles.at(-1) ?? null
  const inside = label !== null && fallback !== null && strict
  const role = inside ? (roleOfLabel[label.name] ?? fallback) : fallback
  const block = readFence(reading, node, { role, under: inside ? label.name : null })
  const own = roles.find(({ name }) => roleOfLabel[name] === block.role)
  const untyped = !block.typed && block.role !== 'none'
  state.seenBlock = true
  if (untyped && inside && roles.length > 1) {
    report(reading, {
      rule: 'role-labels',
      place: block.place,
      reason: 'Unexpected block below a paragraph with several labels, expected each label in its own paragraph, or a type',
      expected: roles.map(({ name }) => `{${roleOfLabel[name] ?? name}}`),
      cause: { value: label.text, place: label.place },
    })
    state.items.push({ ...block, role: 'none' })
    return
  }
  if (untyped && label !== null && !strict && label.name !== 'validation' && fallback !== roleOfLabel[label.name])
    report(reading, {
      rule: 'role-prose',
      severity: 'warning',
      place: block.place,
      reason: `Unexpected paragraph between the label and its block, which therefore is a ${block.role}: expected a type, or the block right below the label`,
      cause: { value: label.name, place: label.place },
    })
  state.items.push(block.typed && own !== undefined ? { ...block, under: own.name } : block)
}

const box = /^\[([ xX])\](?=\s|$)/

function boxOf(reading: Reading, item: ListItem): { box: Box; paragraph: Paragraph } | null {
  const paragraph = item.children[0]
  if (paragraph?.type !== 'paragraph') return null
  const source = sourceOf(reading, paragraph)
  const found = box.exec(source)
  if (found === null) return null
  const text = source
    .slice(3)
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .join(' ')
    .trim()
  return { box: { type: 'box', text, checked: found[1] !== ' ', place: placeOf(paragraph) }, paragraph }
}

function holdsBox(reading: Reading, list: List): boolean {
  let found = false
  walk(list, (node) => {
    found ||= node.type === 'listItem' && boxOf(reading, node) !== null
  })
  return found
}

function readList(state: State, list: List): void {
  const labelled = list.children.every(
    ({ children: [first] }) => first?.type === 'paragraph' && startsWithLabel(state.reading, first),
  )
  if (!labelled && !holdsFence(list) && !holdsBox(state.reading, list)) return prose(state, list, 'list')
  for (const item of list.children) {
    if (labelled) for (const child of item.children) readNode(state, child)
    else readListItem(state, item)
  }
}

function startsWithLabel(reading: Reading, paragraph: Paragraph): boolean {
  const { before, labels } = readLabels(reading, paragraph)
  return labels.length > 0 && before === null
}

function readListItem(state: State, item: ListItem): void {
  const found = boxOf(state.reading, item)
  if (found !== null) state.items.push(found.box)
  for (const child of found === null ? item.children : item.children.slice(1)) {
    if (child.type === 'paragraph' && readLabels(state.reading, child).labels.length === 0) {
      const marker = child === item.children[0]
      prose(state, marker ? markerAndText(state.reading, item, child) : child, 'list')
    } else readNode(state, child)
  }
}

/** An item's paragraph together with its bullet or number. */
function markerAndText(reading: Reading, item: ListItem, paragraph: Paragraph): Nodes {
  const place = placeBetween(reading.lines, startOf(item), endOf(paragraph))
  return {
    type: 'paragraph',
    children: paragraph.children,
    position: {
      start: { line: place.line, column: place.column, offset: startOf(item) },
      end: { line: place.endLine, column: place.endColumn, offset: endOf(paragraph) },
    },
  }
}
