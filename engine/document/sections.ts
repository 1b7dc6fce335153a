import { fold } from '../language/fold.ts'
import { nearest } from '../language/nearest.ts'
import type { Lang, SectionName } from '../model/runbook.ts'

interface Name {
  readonly section: SectionName
  /** Null where both languages write it alike. */
  readonly lang: Lang | null
}

const names: ReadonlyMap<string, Name> = new Map(
  Object.entries({
    info: { fr: ['informations generales'], en: ['general information'] },
    params: { fr: ['parametres'], en: ['parameters'] },
    prereq: { fr: ['prerequis'], en: ['prerequisites'] },
    when: {
      fr: ['quand utiliser', 'quand utiliser ce runbook', 'quand utiliser (ce runbook)'],
      en: ['when to use', 'when to use this runbook', 'when to use (this runbook)'],
    },
    procedure: {
      fr: ['procedure', 'etapes', 'resolution', 'diagnostic', 'attenuation'],
      en: ['procedure', 'steps', 'instructions', 'resolution', 'diagnosis', 'mitigation'],
    },
    rollback: { fr: ['rollback', 'retour arriere'], en: ['rollback'] },
    cleanup: { fr: ['nettoyage'], en: ['cleanup'] },
    escalation: { fr: ['escalade'], en: ['escalation'] },
    changes: { fr: ['historique des modifications'], en: ['change history'] },
    runs: { fr: ['historique des executions'], en: ['run history'] },
  }).flatMap(([section, { fr, en }]) => [
    ...fr.map((name): [string, Name] => [name, { section: section as SectionName, lang: en.includes(name) ? null : 'fr' }]),
    ...en
      .filter((name) => !fr.includes(name))
      .map((name): [string, Name] => [name, { section: section as SectionName, lang: 'en' }]),
  ]),
)

/** How the names are written, for "did you mean". */
const written: Readonly<Record<string, string>> = {
  'informations generales': 'Informations générales',
  parametres: 'Paramètres',
  prerequis: 'Prérequis',
  procedure: 'Procédure',
  etapes: 'Étapes',
  resolution: 'Résolution',
  attenuation: 'Atténuation',
  'retour arriere': 'Retour arrière',
  'historique des executions': 'Historique des exécutions',
}

/** A heading without numbering, emoji, accents, case and a colon at its end. */
export function foldHeading(text: string): string {
  return fold(text)
    .replace(/\s*:+\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The section that a second-level heading begins, strictly by its name. */
export function sectionOf(heading: string): Name | null {
  return names.get(foldHeading(heading)) ?? null
}

/** The section name that a heading is close to, as it is written, of the file's language first; null where it is one, or is close to none. */
export function nearSection(heading: string, lang: Lang): string | null {
  const folded = foldHeading(heading)
  if (folded === '' || names.has(folded)) return null
  const own = [...names].flatMap(([name, of]) => (of.lang === null || of.lang === lang ? [name] : []))
  const alike = (near: string | null): string | null => (near !== null && isAlike(folded, near) ? near : null)
  const near = alike(nearest(folded, own)) ?? alike(nearest(folded, names.keys()))
  if (near === null) return null
  const accented = names.get(near)?.lang === 'fr' || lang === 'fr' ? written[near] : undefined
  return accented ?? near.charAt(0).toUpperCase() + near.slice(1)
}

/** Closer than words that only end alike: *Introduction* is no misspelt *Instructions*. */
function isAlike(a: string, b: string): boolean {
  const sorted = (text: string): string => Array.from(text).toSorted().join('')
  if (sorted(a) === sorted(b)) return true
  const pairs = (text: string): string[] =>
    Array.from(text)
      .slice(1)
      .map((char, index) => `${text[index]}${char}`)
  const left = pairs(b)
  const common = pairs(a).filter((pair) => {
    const at = left.indexOf(pair)
    if (at !== -1) left.splice(at, 1)
    return at !== -1
  }).length
  return (2 * common) / Math.max(1, a.length + b.length - 2) >= 0.7
}
