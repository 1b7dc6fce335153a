import { fold } from '../language/fold.ts'
import type { Located, Place } from '../model/problem.ts'
import type { Info } from '../model/runbook.ts'
import type { Entry } from './front-matter.ts'
import { placeBetween } from './lines.ts'
import { endOf, placeOf, plainText, startOf, walk } from './nodes.ts'
import type { Nodes, RootContent } from './nodes.ts'
import { proseDuration } from './prose-duration.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import { linkIn, stepByLink, stepNumberIn } from './targets.ts'

export type InfoKey = keyof Info

const keys: ReadonlyMap<string, InfoKey> = new Map<string, InfoKey>([
  ['id', 'id'],
  ['identifiant', 'id'],
  ['last updated', 'lastUpdated'],
  ['derniere mise a jour', 'lastUpdated'],
  ['owner', 'owner'],
  ['proprietaire', 'owner'],
  ['estimated time', 'estimatedTime'],
  ['temps estime', 'estimatedTime'],
  ['required expertise', 'expertise'],
  ["niveau d'expertise requis", 'expertise'],
  ['rto target', 'rtoTarget'],
  ['rto cible', 'rtoTarget'],
  ['rpo target', 'rpoTarget'],
  ['rpo cible', 'rpoTarget'],
  ['dr tests', 'drTests'],
  ['tests dr', 'drTests'],
  ['minimum version', 'minimumVersion'],
  ['version minimale', 'minimumVersion'],
])

const english = new Set([
  'id',
  'last updated',
  'owner',
  'estimated time',
  'required expertise',
  'rto target',
  'rpo target',
  'dr tests',
  'minimum version',
])

/** A key of the general information, from a bullet in either language; null where it is none of ours. */
export function infoKey(text: string): InfoKey | null {
  return keys.get(fold(text.replace(/[\s\u00a0\u202f]*:[\s\u00a0\u202f]*$/, ''))) ?? null
}

/** A key of the front matter: the English bullets, with `-`, `_` and blanks alike. */
export function frontMatterKey(text: string): InfoKey | null {
  const folded = fold(text.replace(/[-_]+/g, ' '))
  return english.has(folded) ? (keys.get(folded) ?? null) : null
}

interface Bullet {
  readonly text: string
  readonly place: Place
  /** Where the value links to, and the link's text. */
  readonly link: { readonly url: string; readonly text: string } | null
}

/** Reads `- **Key** : value` bullets and the front matter, which must agree. */
export function readInfo(reading: Reading, nodes: readonly RootContent[], matter: readonly Entry[]): Info {
  const bullets = new Map<InfoKey, Bullet>()
  for (const node of nodes)
    walk(node, (one) => {
      if (one.type !== 'paragraph') return
      const found = bulletOf(reading, one)
      if (found !== null && !bullets.has(found.key)) bullets.set(found.key, found.bullet)
    })
  for (const { key, value } of matter) {
    const known = frontMatterKey(key)
    if (known === null) continue
    const bullet = bullets.get(known)
    if (bullet === undefined) bullets.set(known, { text: value.value, place: value.place, link: linkInText(value.value) })
    else agree(reading, { key, value, bullet })
  }
  const text = (key: InfoKey): Located<string> | null => {
    const bullet = bullets.get(key)
    return bullet === undefined ? null : { value: bullet.text, place: bullet.place }
  }
  const id = text('id')
  return {
    id: id === null ? null : { ...id, value: id.value.replace(/^`+|`+$/g, '').trim() },
    lastUpdated: text('lastUpdated'),
    owner: text('owner'),
    estimatedTime: duration(reading, text('estimatedTime')),
    expertise: text('expertise'),
    rtoTarget: target(reading, bullets.get('rtoTarget'), (ms, step, all) => ({ ms, text: all, until: step })),
    rpoTarget: target(reading, bullets.get('rpoTarget'), (ms, step, all) => ({ ms, text: all, measuredBy: step })),
    drTests: text('drTests'),
    minimumVersion: text('minimumVersion'),
  }
}

/** A Markdown link in a text that is not Markdown: the front matter's. */
function linkInText(text: string): Bullet['link'] {
  const [, label, url] = /\[([^\]]*)\]\(([^()\s]+)\)/.exec(text) ?? []
  return label === undefined || url === undefined ? null : { url, text: label }
}

function bulletOf(reading: Reading, paragraph: Nodes & { type: 'paragraph' }): { key: InfoKey; bullet: Bullet } | null {
  const [head] = paragraph.children
  if (head?.type !== 'strong') return null
  const key = infoKey(plainText(head))
  if (key === null) return null
  const inside = /:[\s\u00a0\u202f]*$/.test(plainText(head))
  const raw = reading.source.slice(endOf(head), endOf(paragraph))
  const colon = inside ? 0 : (/^[ \t\u00a0\u202f]*:/.exec(raw)?.[0].length ?? -1)
  if (colon === -1) return null
  const text = raw.slice(colon).trim()
  const start = endOf(head) + colon + (raw.slice(colon).length - raw.slice(colon).trimStart().length)
  const url = linkIn(paragraph)
  let linked = ''
  walk(paragraph, (node) => {
    if (node.type === 'link' && linked === '') linked = plainText(node)
  })
  const place = text === '' ? placeOf(head) : placeBetween(reading.lines, start, start + text.length)
  return startOf(head) > endOf(paragraph)
    ? null
    : { key, bullet: { text, place, link: url === null ? null : { url, text: linked } } }
}

function agree(reading: Reading, { key, value, bullet }: { key: string; value: Located<string>; bullet: Bullet }): void {
  const same = (text: string): string => fold(text.replace(/[`*]/g, '')).replace(/\s+/g, ' ')
  const bare = (text: string): string => text.split(',')[0] ?? text
  if (same(value.value) === same(bullet.text)) return
  const ms = proseDuration(bare(value.value))
  if (ms !== null && ms === proseDuration(bare(bullet.text))) return
  report(reading, {
    rule: 'info-disagrees',
    place: value.place,
    reason: `Unexpected ${key} "${value.value}" in the front matter, expected "${bullet.text}" as the bullet says`,
    expected: [bullet.text],
    actual: value.value,
    cause: { value: bullet.text, place: bullet.place },
  })
}

/** `X minutes` is the template's blank, to be filled in: not a mistake. */
const blank = /^x\s+\p{L}+$|^\[.*\]$|^[—–-]?$/iu

function duration(reading: Reading, text: Located<string> | null): Located<string> | null {
  if (text === null || blank.test(text.value) || proseDuration(text.value) !== null) return text
  notDuration(reading, text)
  return text
}

function notDuration(reading: Reading, text: Located<string>): void {
  report(reading, {
    rule: 'info-duration',
    severity: 'warning',
    place: text.place,
    reason: `Unexpected duration "${text.value}", expected a duration such as 15m or 2h`,
    expected: ['15m', '2h'],
    actual: text.value,
  })
}

function target<T>(
  reading: Reading,
  bullet: Bullet | undefined,
  make: (ms: number | null, step: string | null, text: string) => T,
): Located<T> | null {
  if (bullet === undefined) return null
  const [amount = '', ...rest] = bullet.text.split(',')
  const ms = proseDuration(amount.trim())
  if (ms === null && !blank.test(amount.trim()))
    notDuration(reading, {
      value: amount.trim(),
      place: { ...bullet.place, endLine: bullet.place.line, endColumn: bullet.place.column + amount.trim().length },
    })
  const tail = rest.join(',').trim()
  const named =
    /^(?:until|jusqu['’](?:a|à)(?:\s+l['’])?|measured\s+by|mesur[ée]e?\s+par(?:\s+l['’])?)\s*:?\s*(.*)$/isu
      .exec(tail)?.[1]
      ?.trim() ?? null
  const url = bullet.link?.url
  const step =
    named === null
      ? null
      : url !== undefined && url.startsWith('#')
        ? stepByLink(url.slice(1), bullet.link?.text ?? '', reading.anchors)
        : stepNumberIn(named) === null
          ? named.replace(/[.;]$/, '')
          : named
  return { value: make(ms, step === '' ? null : step, bullet.text), place: bullet.place }
}
