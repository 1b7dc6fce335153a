import { visibleLine } from '../language/control.ts'
import type { Entry, Outcome } from '../model/fact.ts'
import type { Words } from '../words/words.ts'

/** Why an execution did not succeed, in words: `exit 127 (command not found)`, `timed out: 30s`. */
export function outcomeText({ cause, exit, status }: Outcome, words: Words): string {
  const text = said(cause?.text ?? '', words)
  const known: Readonly<Record<string, string>> = words.exits
  if (exit !== undefined && (cause === undefined || cause.type === 'exit'))
    return words.screen.exit(String(exit), known[String(exit)] ?? '')
  if (cause === undefined) return status
  // A verdict's own sentence says it all.
  if (cause.type === 'verdict' && text !== '') return text
  const isUnreached = cause.type === 'connection' && status === 'not-started'
  const word = isUnreached ? words.screen.unreached : words.causes[cause.type]
  return cause.type === 'runner-died' || text === '' || text === word ? word : `${word}${words.colon} ${text}`
}

/** The cause that a step's state keeps, in words: `exit 127 (command not found)`, `timed out: …`. */
export function causeText({ type, text }: NonNullable<Entry['cause']>, words: Words): string {
  const exits: Readonly<Record<string, string>> = words.exits
  const code = type === 'exit' ? /\d+/.exec(text)?.[0] : undefined
  if (code !== undefined) return words.screen.exit(code, exits[code] ?? '')
  const why = visibleLine(said(text, words))
  const word = words.causes[type]
  if (type === 'verdict' && why !== '') return why
  return why === '' || why === word ? word : `${word}${words.colon} ${why}`
}

/** The engine's own sentence, or a typed step's. */
function said(text: string, words: Words): string {
  const known = words.problem.said(text)
  return known === text ? words.typed.found(text) : known
}
