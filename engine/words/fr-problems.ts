import { frCatalogue } from './fr-catalogue.ts'
import { frFormat } from './fr-format.ts'
import { frRefusals } from './fr-refusals.ts'
import { translationOf } from './sentence.ts'

let french: ((text: string) => string) | undefined

/** A problem's sentence, which is made in English, in French. */
export function inFrench(text: string): string {
  french ??= translationOf([...frFormat, ...frCatalogue, ...frRefusals])
  return french(text)
}
