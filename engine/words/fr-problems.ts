import { frCommandLine } from './fr-command-line.ts'
import { frCatalogue } from './fr-catalogue.ts'
import { frFormat } from './fr-format.ts'
import { frOutcomes } from './fr-outcomes.ts'
import { frRefusals } from './fr-refusals.ts'
import { translationOf } from './sentence.ts'

let french: ((text: string) => string) | undefined

/** A sentence of a problem or of an outcome, which is made in English, in French. */
export function inFrench(text: string): string {
  french ??= translationOf([...frFormat, ...frCatalogue, ...frRefusals, ...frCommandLine, ...frOutcomes])
  return french(text)
}
