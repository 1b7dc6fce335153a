import { fold } from '../language/fold.ts'
import { nearest } from '../language/nearest.ts'
import type { Lang, Target } from '../model/runbook.ts'
import { plainText, walk } from './nodes.ts'
import type { Nodes } from './nodes.ts'

/** The words that a decision's target may begin with. */
export const targetWords: readonly string[] = [
  'continue',
  'continuer',
  'stop',
  'fin',
  'ask: …',
  'demander : …',
  'approve: ROLE',
  'approbation : ROLE',
  'Step N',
  'Étape N',
  'a link to a step',
  'a link to a runbook',
]

/** Reads a target's cell: a word, a step, a link. */
export function readTarget(cell: Nodes, anchors: ReadonlySet<string>): Target {
  const url = linkIn(cell)
  const text = plainText(cell)
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .trim()
  if (url !== null) return linkTarget(url, text, anchors)
  const said = /^([^:]*?)\s*(?::\s*(.*))?$/.exec(text)
  const word = fold(said?.[1] ?? '')
  const rest = said?.[2]?.trim() ?? ''
  if (word === 'continue' || word === 'continuer') return rest === '' ? { type: 'continue' } : { type: 'unknown', text }
  if (word === 'stop' || word === 'fin') return { type: 'stop', text: rest === '' ? null : rest }
  if (word === 'ask' || word === 'demander') return rest === '' ? { type: 'unknown', text } : { type: 'ask', text: rest }
  if (word === 'approve' || word === 'approbation' || word === 'approuver') {
    const roles = readRoles(rest)
    return roles.length === 0 ? { type: 'unknown', text } : { type: 'approve', roles }
  }
  return stepNumberIn(text) === null ? { type: 'unknown', text } : { type: 'step', to: text }
}

const shortWords: Readonly<Record<Lang, readonly string[]>> = {
  en: ['continue', 'stop', 'ask', 'approve'],
  fr: ['continuer', 'fin', 'demander', 'approbation'],
}

/** The word of the file's language that a target's text is near to, or null. */
export function nearTarget(text: string, lang: Lang): string | null {
  return nearest(fold(/^[^:]*/.exec(text)?.[0] ?? ''), shortWords[lang])
}

/** What a link to a step or a runbook means; a heading is named by its anchor where that exists, else by the link's text. */
export function linkTarget(url: string, text: string, anchors: ReadonlySet<string>): Target {
  const [path = '', ...tail] = url.split('#')
  const anchor = tail.length === 0 ? null : tail.join('#')
  if (path === '') return { type: 'step', to: stepByLink(anchor ?? '', text, anchors) }
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) || !/\.(?:md|markdown)$/i.test(path)) return { type: 'unknown', text: url }
  return { type: 'runbook', file: unescapeUrl(path), anchor: anchor === null ? null : unescapeUrl(anchor) }
}

/** How a linked step is named: `#anchor` where there is such a heading, else the text if it says a number. */
export function stepByLink(anchor: string, text: string, anchors: ReadonlySet<string>): string {
  const plain = unescapeUrl(anchor)
  if (!anchors.has(plain) && stepNumberIn(text) !== null) return text
  return `#${plain}`
}

/** The number of `Step 3` or `Étape 3 : …` at the beginning of a text. */
export function stepNumberIn(text: string): string | null {
  return (
    /^(?:[eé]tape|e\u0301tape|step|phase)[\s\u00a0\u202f]*(\d+(?:\.\d+)*[a-z]?)(?![\p{L}\p{N}])/iu.exec(text.trim())?.[1] ?? null
  )
}

/** The first link of a node, or null. */
export function linkIn(node: Nodes): string | null {
  let url: string | null = null
  walk(node, (one) => {
    if (one.type === 'link') url ??= one.url
  })
  return url
}

/** Roles separated by commas or *and*: `dr-lead`, `2 × business`. */
export function readRoles(text: string): { readonly role: string; readonly count: number }[] {
  return text
    .split(/\s*(?:,|;|\s(?:and|et)\s)\s*/)
    .map((part) => part.replace(/[`.]+$|^`+/g, '').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const many = /^(\d+)\s*[×x*]\s*`?(.+)$/u.exec(part)
      return many === null ? { role: part, count: 1 } : { role: many[2]?.trim() ?? part, count: Number(many[1]) }
    })
}

/** A path or anchor of a link as it was before URL encoding; as written where that fails. */
export function unescapeUrl(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
