import { frFindings } from './fr-findings.ts'
import { frSteps } from './fr-steps.ts'
import { translationOf } from './sentence.ts'

/** A text that is longer is shown as it is. */
const LONGEST = 2000

let ofSteps: ((text: string) => string) | undefined
let ofFindings: ((text: string) => string) | undefined

/** What a typed step does, which it says in English, in French. */
export function stepInFrench(title: string): string {
  ofSteps ??= translationOf(frSteps)
  return title.length > LONGEST ? title : ofSteps(title)
}

/** What a typed step has found, in French, finding by finding. */
export function findingInFrench(text: string): string {
  ofFindings ??= translationOf(frFindings)
  if (text.length > LONGEST) return text
  return /; /.test(text) ? text.split('; ').map(ofFindings).join(' ; ') : ofFindings(text)
}
