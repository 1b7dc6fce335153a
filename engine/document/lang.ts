import { fold } from '../language/fold.ts'
import type { Lang } from '../model/runbook.ts'
import { langOfDecision } from './decision.ts'
import { readTitle } from './headings.ts'
import { infoKey } from './info.ts'
import { isLabel, langOfLabel } from './labels.ts'
import { plainText, walk } from './nodes.ts'
import type { Root } from './nodes.ts'
import { sectionOf } from './sections.ts'

/** The language of a runbook: the one that most of its section names, step words, labels and keys are written in; English when it cannot be told. */
export function readLang(tree: Root): Lang {
  const count = { en: 0, fr: 0 }
  const add = (lang: Lang | null, weight: number): void => {
    if (lang !== null) count[lang] += weight
  }
  walk(tree, (node) => {
    if (node.type === 'heading') {
      const text = plainText(node)
      add(node.depth === 2 ? (sectionOf(text)?.lang ?? null) : null, 3)
      add(node.depth > 2 ? readTitle(text).lang : null, 1)
    }
    if (node.type === 'strong') {
      const text = plainText(node)
      add(text.length > 40 ? null : (langOfLabel(text) ?? (isLabel(text) ? null : langOfKey(text))), 1)
    }
    if (node.type === 'table') add(langOfDecision(node), 1)
  })
  return count.fr > count.en ? 'fr' : 'en'
}

function langOfKey(text: string): Lang | null {
  if (infoKey(text) === null) return null
  return /identifiant|mise a jour|proprietaire|temps|niveau|cible|tests dr|minimale/.test(fold(text)) ? 'fr' : 'en'
}
