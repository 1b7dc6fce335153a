import { visibleLine } from '../language/control.ts'
import type { HowKnown } from '../model/fact.ts'
import { type Look, paragraph } from './look.ts'
import { proseLines } from './prose.ts'

/** What an approver is asked to sign. */
export interface Signed {
  readonly run: string | null
  readonly role: string
  readonly statement: string
  readonly values: readonly { readonly name: string; readonly text: string; readonly at: string | null }[]
  readonly plan: string
  readonly runbook: string
  readonly environment: string
  readonly operators: readonly string[]
  readonly needs: HowKnown
}

/** What the approver sees before the word is asked for: the statement, the run, the plan, what was measured and when. */
export function approverScreen(look: Look, signed: Signed, localTime: (at: string) => string): string[] {
  const { people } = look.words
  const dot = look.ascii ? ' - ' : ' · '
  const run = signed.run === null ? people.beforeRun : people.ofRun(signed.run, signed.operators.join(', '))
  const about = [run, signed.environment, people.plan(signed.plan.slice(0, 12)), signed.runbook].filter((text) => text !== '')
  const values = signed.values.map(({ name, text, at }) => [`${name} ${text}`, at === null ? '' : localTime(at)])
  return [
    ...paragraph(look, people.askedAs(signed.role)),
    ...proseLines({ ...look, width: look.width - 4 }, look.words.quote(signed.statement)).map((line) => `  ${line}`),
    ...paragraph(look, visibleLine(about.join(dot)), '  '),
    ...values.flatMap((parts) => paragraph(look, visibleLine(parts.filter((text) => text !== '').join(', ')), '  ')),
  ]
}
