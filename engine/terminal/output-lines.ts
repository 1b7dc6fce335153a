import { visible } from '../language/control.ts'
import type { Key, Question } from '../model/fact.ts'
import type { AskContext } from './ask-context.ts'
import { type Look, paragraph } from './look.ts'
import { proseLines } from './prose.ts'
import { placeOf } from './step-place.ts'

/** Lines of an output that a screen shows by itself. */
export const FOLDED = 20

/** What a typed step measured, for the records: its summary says it in words, and `o` shows it. */
const EVIDENCE = /^evidence: (?:\{"|\[)/
export const isForPeople = (line: string): boolean => !EVIDENCE.test(line)

/** What `o` shows: all of the author's words, then all of the output. */
export function outputLines(look: Look, context: AskContext, question: Question): string[] {
  const { part } = placeOf(context.plan, question.step, question.key)
  const words = part === null ? [] : proseLines(look, part.prose)
  const output = question.key === null ? [] : clean(context.outputOf(question.key))
  return [...words, ...(words.length > 0 ? [''] : []), ...(output.length === 0 ? [look.words.screen.noOutput] : output)]
}

/** The last lines of an output, and how many more there are. */
export function foldedOutput(look: Look, context: AskContext, key: Key): string[] {
  return folded(look, context.outputOf(key))
}

/** Lines folded to the last twenty; control characters shown. */
export function folded(look: Look, output: readonly string[], most = FOLDED): string[] {
  const lines = clean(output).filter(isForPeople)
  const shown = lines.slice(-most).flatMap((line) => paragraph(look, look.words.typed.found(line), '  '))
  return lines.length <= most ? shown : [`  ${look.words.screen.fold(lines.length - most)}`, ...shown]
}

function clean(output: readonly string[]): string[] {
  const lines = output.flatMap((line) => visible(line).replaceAll('\t', '  ').split('\n'))
  while (lines.at(-1)?.trim() === '') lines.pop()
  return lines
}
