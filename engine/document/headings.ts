import GithubSlugger from 'github-slugger'
import type { Place } from '../model/problem.ts'
import type { Lang, Runbook, SectionName } from '../model/runbook.ts'
import { refuse } from './guard.ts'
import { linesOf } from './lines.ts'
import { readMarkdown } from './markdown.ts'
import { placeOf, plainText, walk } from './nodes.ts'
import type { Heading, Root } from './nodes.ts'
import { sectionOf } from './sections.ts'

/** A heading's words taken apart: `Step 4: Fence the primary` is number 4 of a step. */
export interface Title {
  readonly kind: 'step' | 'phase' | null
  readonly number: string | null
  readonly title: string
  readonly lang: Lang | null
}

const worded =
  /^([eé]tape|e\u0301tape|step|phase)\s*(?:n\s*[°º]\s*)?(\d+(?:\.\d+)*[a-z]?)(?![\p{L}\p{N}])\s*(?:[:.)–—-]+\s*)?(.*)$/isu
const numbered = /^(?:(\d+(?:\.\d+)+)[.:)]?|(\d+)[.:)])\s+(.+)$/s

/** Takes a step's heading apart. Without a word or a number, all of it is the title. */
export function readTitle(heading: string): Title {
  const text = heading
    .replace(/(\d)\ufe0f?\u20e3/g, '$1. ')
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .replace(/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f|\s)+/u, '')
    .trim()
  const words = worded.exec(text)
  if (words !== null) {
    const [, word = '', number = '', rest = ''] = words
    const kind = /^phase$/i.test(word) ? 'phase' : 'step'
    return {
      kind,
      number,
      title: rest.trim() === '' ? text : rest.trim(),
      lang: kind === 'phase' ? null : /^step$/i.test(word) ? 'en' : 'fr',
    }
  }
  const counted = numbered.exec(text)
  if (counted !== null)
    return { kind: 'step', number: counted[1] ?? counted[2] ?? null, title: counted[3]?.trim() ?? text, lang: null }
  return { kind: null, number: null, title: text === '' ? heading.trim() : text, lang: null }
}

/** Every heading of a document with its anchor as GitHub makes it, and the section it stands in. */
export function readHeadings(tree: Root): Runbook['headings'] {
  const slugger = new GithubSlugger()
  const found: { level: number; text: string; anchor: string; place: Place; section: SectionName | 'other' | null }[] = []
  let section: SectionName | 'other' | null = null
  const top = new Set<unknown>(tree.children)
  walk(tree, (node) => {
    if (node.type !== 'heading') return
    const text = plainText(node)
    if (top.has(node) && node.depth === 1) section = null
    if (top.has(node) && node.depth === 2) section = sectionOf(text)?.section ?? 'other'
    found.push({ level: node.depth, text, anchor: slugger.slug(text), place: placeOf(node as Heading), section })
  })
  return found
}

/** The anchors of a Markdown text's headings, as GitHub makes them; also for files that are no runbook. */
export function anchorsOf(source: string): readonly string[] {
  const lines = linesOf(source.replace(/^\uFEFF/, ''))
  return refuse('', lines) === null ? readHeadings(readMarkdown(lines)).map(({ anchor }) => anchor) : []
}
