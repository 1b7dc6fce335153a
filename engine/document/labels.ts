import { fold } from '../language/fold.ts'
import type { Located, Place } from '../model/problem.ts'
import type { Label, LabelName, Lang } from '../model/runbook.ts'
import { placeBetween } from './lines.ts'
import { endOf, placeOf, plainText, startOf, walk } from './nodes.ts'
import type { Nodes, Paragraph, PhrasingContent } from './nodes.ts'
import type { Reading } from './reading.ts'

const names: ReadonlyMap<string, LabelName> = new Map<string, LabelName>([
  ['validation', 'validation'],
  ['expected result', 'validation'],
  ['verification', 'validation'],
  ['resultat attendu', 'validation'],
  ['on failure', 'on-failure'],
  ['if this fails', 'on-failure'],
  ["en cas d'echec", 'on-failure'],
  ['rollback', 'rollback'],
  ['undo', 'rollback'],
  ['retour arriere', 'rollback'],
  ['approval', 'approval'],
  ['approbation', 'approval'],
  ['drill', 'drill'],
  ['exercice', 'drill'],
  ['on', 'on'],
  ['sur', 'on'],
  ['for each', 'for-each'],
  ['pour chaque', 'for-each'],
  ['only if', 'only-if'],
  ['seulement si', 'only-if'],
  ['record', 'record'],
  ['a noter', 'record'],
  ['at most', 'at-most'],
  ['au plus', 'at-most'],
  ['duration', 'duration'],
  ['duree', 'duration'],
  ['role', 'role'],
])

const french = new Set([
  'resultat attendu',
  "en cas d'echec",
  'retour arriere',
  'approbation',
  'exercice',
  'sur',
  'pour chaque',
  'seulement si',
  'a noter',
  'au plus',
  'duree',
])
const english = new Set([
  'expected result',
  'on failure',
  'if this fails',
  'undo',
  'approval',
  'drill',
  'on',
  'for each',
  'only if',
  'record',
  'at most',
  'duration',
])

/** Whether a text is one of the labels. */
export function isLabel(text: string): boolean {
  return names.has(foldLabel(text))
}

/** The language that a label's word tells; null where both write it alike. */
export function langOfLabel(text: string): Lang | null {
  const word = foldLabel(text)
  return french.has(word) ? 'fr' : english.has(word) ? 'en' : null
}

const folded = new Map<string, string>()

/** Labels are few and come often: each is folded once. */
function foldLabel(text: string): string {
  const known = folded.get(text)
  if (known !== undefined) return known
  const found = fold(text.replace(/[\s\u00a0\u202f]*:[\s\u00a0\u202f]*$/, ''))
  if (folded.size > 1000) folded.clear()
  folded.set(text, found)
  return found
}

/** Labels whose blocks have a role. */
export function givesRole(name: LabelName): name is 'validation' | 'on-failure' | 'rollback' {
  return name === 'validation' || name === 'on-failure' || name === 'rollback'
}

/** Labels that what follows belongs to: paragraphs, quotes and lists up to the next label. */
export function reaches(name: LabelName): boolean {
  return givesRole(name) || name === 'approval'
}

/** A label while what follows it is still collected. */
export type OpenLabel = { -readonly [Key in keyof Label]: Label[Key] }

/** What a paragraph is made of. */
export interface Parts {
  /** What stands before the first label; null where nothing does. */
  readonly before: Place | null
  readonly labels: readonly OpenLabel[]
}

/** Cuts a paragraph at its labels: bold text that folds to a known word, with a colon inside or after the bold. */
export function readLabels(reading: Reading, paragraph: Paragraph): Parts {
  const found: { readonly index: number; readonly name: LabelName; readonly from: number }[] = []
  for (const [index, node] of paragraph.children.entries()) {
    const label = node.type === 'strong' ? labelAt(reading, node, paragraph.children[index + 1]) : null
    if (label !== null) found.push({ index, ...label })
  }
  const first = found[0]
  if (first === undefined) return { before: null, labels: [] }
  const start = startOf(paragraph)
  const upTo = startOf(paragraph.children[first.index] as Nodes)
  const lead = reading.source.slice(start, upTo).trimEnd()
  return {
    before: lead === '' ? null : placeBetween(reading.lines, start, start + lead.length),
    labels: found.map(({ index, name, from }, at) => {
      const next = found[at + 1]?.index
      const until = next === undefined ? endOf(paragraph) : startOf(paragraph.children[next] as Nodes)
      const nodes = paragraph.children.slice(index + 1, next)
      return openLabel(reading, { name, place: placeOf(paragraph.children[index] as Nodes), from, until, nodes })
    }),
  }
}

function labelAt(
  reading: Reading,
  strong: PhrasingContent,
  next: PhrasingContent | undefined,
): { name: LabelName; from: number } | null {
  const text = plainText(strong)
  if (text.length > 40) return null
  const name = names.get(foldLabel(text))
  if (name === undefined) return null
  const inside = /:[\s\u00a0\u202f]*$/.test(text)
  const blanks =
    next?.type === 'text' ? /^[ \t\u00a0\u202f]*:/.exec(reading.source.slice(startOf(next), startOf(next) + 20))?.[0] : undefined
  if (!inside && blanks === undefined) return null
  return { name, from: endOf(strong) + (inside ? 0 : (blanks?.length ?? 0)) }
}

function openLabel(
  reading: Reading,
  {
    name,
    place,
    from,
    until,
    nodes,
  }: { name: LabelName; place: Place; from: number; until: number; nodes: readonly PhrasingContent[] },
): OpenLabel {
  const raw = reading.source.slice(from, until)
  const text = raw.trim()
  const start = from + (raw.length - raw.trimStart().length)
  return {
    type: 'label',
    name,
    place,
    text,
    codes: nodes.flatMap((node) => codesIn(reading, node)),
    plain: nodes
      .map(withoutCode)
      .join('')
      .replace(/^[\s\u00a0\u202f]*:/, '')
      .replace(/[\s\u00a0\u202f]+/g, ' ')
      .trim(),
    after: '',
    textPlace: text === '' ? placeBetween(reading.lines, from, from) : placeBetween(reading.lines, start, start + text.length),
  }
}

/** The code spans of a node, in order; a place is that of the code without its marks. */
export function codesIn(reading: Pick<Reading, 'source' | 'lines'>, node: Nodes): Located<string>[] {
  const found: Located<string>[] = []
  walk(node, (one) => {
    if (one.type !== 'inlineCode') return
    const raw = reading.source.slice(startOf(one), endOf(one))
    const marks = /^`+/.exec(raw)?.[0].length ?? 1
    const inner = raw.slice(marks, -marks)
    const blank = inner.length > one.value.length && inner.startsWith(' ') ? 1 : 0
    const start = startOf(one) + marks + blank
    found.push({ value: one.value, place: placeBetween(reading.lines, start, start + inner.length - 2 * blank) })
  })
  return found
}

function withoutCode(node: Nodes): string {
  if (node.type === 'inlineCode') return ''
  return 'children' in node ? node.children.map(withoutCode).join('') : plainText(node)
}

/** Adds to a label what follows it. */
export function extendLabel(label: OpenLabel, source: string): void {
  label.after = label.after === '' ? source : `${label.after}\n\n${source}`
  label.text = label.text === '' ? source : `${label.text}\n\n${source}`
}
