import { fold } from './fold.ts'

/** Whether a rollback's text begins with *none*, in English or French: nothing is to be undone. */
export function saysNone(text: string): boolean {
  return /^(?:none|aucune?s?|nothing|rien)(?![a-z])/.test(fold(text.replace(/[`*_]/g, '')))
}
