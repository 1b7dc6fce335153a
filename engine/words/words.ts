import type { Lang } from '../model/runbook.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'
import type { Widen } from './widen.ts'

/** Everything an operator reads, in one language. */
export type Words = Widen<typeof en>

const WORDS: Readonly<Record<Lang, Words>> = { en, fr }

/** The words of a language. */
export function wordsOf(lang: Lang): Words {
  return WORDS[lang]
}
