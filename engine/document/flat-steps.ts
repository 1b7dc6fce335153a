import type { Place } from '../model/problem.ts'
import type { Block, Item, Step } from '../model/runbook.ts'
import { givesRole } from './labels.ts'

/** Where a stretch without step headings stands. */
export interface Around {
  /** Title for what has no sentence before it. */
  readonly title: string
  readonly place: Place
  /** Without any fence, all of it is one step by hand. */
  readonly manual: boolean
}

/**
 * Makes steps of a stretch without headings and numbers: each fence that runs is one, titled by the sentence before it; a
 * label, and what proves or undoes, belongs to the fence above. `rest` is what belongs to no step.
 */
export function flatSteps(
  items: readonly Item[],
  { title, place, manual }: Around,
): { readonly steps: Step[]; readonly rest: Item[] } {
  const steps: { title: string; place: Place; items: Item[] }[] = []
  const aside: Item[] = []
  let pending: Item[] = []
  for (const item of items) {
    const current = steps.at(-1)
    if (item.type === 'block' && (item.role === 'setup' || item.role === 'example')) (current?.items ?? aside).push(item)
    else if (startsStep(item, pending.length === 0 && current !== undefined)) {
      steps.push({ title: sentenceBefore(pending) ?? title, place: item.place, items: [...pending, item] })
      pending = []
    } else if (current !== undefined && belongsAbove(item)) {
      current.items.push(...pending, item)
      pending = []
    } else pending.push(item)
  }
  const current = steps.at(-1)
  if (current !== undefined) current.items.push(...pending)
  else if (pending.some((item) => manual || item.type === 'box' || item.type === 'decision')) {
    steps.push({ title, place, items: pending })
    pending = []
  }
  const rest = [...aside, ...(current === undefined ? pending : [])]
  return { steps: steps.map((step) => ({ type: 'step', number: null, heading: step.title, ...step })), rest }
}

function runs({ role }: Block): boolean {
  return role !== 'none' && role !== 'setup' && role !== 'example'
}

/** A wait right below a fence proves it; below a sentence of its own it is a step. */
function startsStep(item: Item, close: boolean): boolean {
  if (item.type !== 'block' || !runs(item) || item.under !== null) return false
  return !['validate', 'rollback', 'on-failure', 'guard'].includes(item.role) && !(item.role === 'wait' && close)
}

function belongsAbove(item: Item): boolean {
  if (item.type === 'label') return givesRole(item.name) || item.name === 'record'
  return item.type === 'decision' || (item.type === 'block' && (runs(item) || item.under !== null))
}

function sentenceBefore(items: readonly Item[]): string | null {
  const prose = items.findLast(({ type }) => type === 'prose')
  if (prose?.type !== 'prose') return null
  const text = prose.text
    .replace(/^[ \t]*(?:>[ \t]*|#{1,6}[ \t]+|[-*+][ \t]+|\d+[.)][ \t]+)/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
  const sentence = text.split(/(?<=[.!?])\s+/).at(-1) ?? text
  const title = sentence.replace(/[\s:.;,]+$/, '')
  return title === '' ? null : title
}
