import { visibleLine } from '../language/control.ts'
import type { Question } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { AskContext, ShownValue } from './ask-context.ts'
import { header } from './header.ts'
import { command, type Look, paragraph, symbol } from './look.ts'
import { prose } from './prose.ts'
import { placeOf } from './step-place.ts'
import { oneLine, shortScript, undoTexts } from './undo-text.ts'
import { valueLines } from './value-lines.ts'

/** What is about to change: the author's words, the exact text, its values, its limits, its proof and its way back. */
export function changeScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry, part } = placeOf(plan, question.step, question.key)
  const head = header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() })
  if (entry === null) return head
  const words = prose(look, part?.prose ?? '')
  return [
    ...head,
    '',
    ...words,
    ...(words.length > 0 ? [''] : []),
    ...warnings(look, plan, entry),
    ...blockLines(look, context, entry),
    ...terms(look, { plan, entry, values: context.valuesOf(entry.id) }),
    ...(entry.byHand === null ? [] : [`  ${look.words.screen.byHandText}${look.words.colon}`, ...command(entry.byHand)]),
    '',
  ]
}

/** The text as it will run, alone on its lines, and what it will see. */
export function blockLines(look: Look, context: AskContext, entry: PlanEntry): string[] {
  const values = valueLines(look, context.valuesOf(entry.id))
  const text = context.state.edits[entry.id] ?? entry.text
  const says = entry.use === null ? [] : paragraph(look, `${entry.use}${look.words.colon} ${entry.title}`)
  return [...says, ...command(text), ...(values.length > 0 ? ['', ...values] : [])]
}

function warnings(look: Look, plan: Plan, entry: PlanEntry): string[] {
  const { screen } = look.words
  const first = plan.steps.find(({ flags, treatment }) => flags.irreversible && treatment !== 'simulate')
  const lines = [
    ...(entry.flags.irreversible ? [first?.id === entry.id ? screen.pointOfNoReturn : screen.irreversible] : []),
    ...(entry.needsEdit === null ? [] : [screen.needsEdit(visibleLine(entry.needsEdit))]),
    ...(entry.flags.interactive ? [screen.interactive] : []),
  ].flatMap((text) => paragraph(look, `${symbol(look, 'warning')} ${text}`))
  return lines.length > 0 ? [...lines, ''] : []
}

/** Where an entry's blocks run when it is another host, with the values that are known filled in. */
export function hostText(look: Look, { host }: PlanEntry, values: readonly Pick<ShownValue, 'name' | 'text'>[]): string {
  if (host === null) return ''
  const filled = host.replace(
    /\$\{?([A-Za-z_]\w*)\}?/g,
    (written, name: string) => values.find((one) => one.name === name)?.text ?? written,
  )
  return look.words.screen.onHost(visibleLine(filled))
}

/** Place, limits, proof and undo: what holds while it runs and afterwards. */
export function terms(
  look: Look,
  given: { readonly plan: Plan; readonly entry: PlanEntry; readonly values: readonly Pick<ShownValue, 'name' | 'text'>[] },
): string[] {
  const { plan, entry, values } = given
  const { screen } = look.words
  const dot = look.ascii ? ' - ' : ' · '
  const proofs = plan.steps.filter(({ proves }) => proves === entry.id)
  const line = [
    hostText(look, entry, values),
    entry.timeoutMs === 0 ? '' : entry.timeoutWritten ? screen.atMost(entry.timeoutMs) : screen.defaultLimit(entry.timeoutMs),
    entry.retries > 0 ? screen.retries(entry.retries) : '',
    ...proofTexts(look, plan, proofs),
    entry.captures.length > 0 ? screen.captures(entry.captures.map(({ name, type }) => `${name} (${type})`).join(', ')) : '',
    entry.expect === null ? '' : screen.expects(entry.expect),
    entry.assert === null ? '' : screen.expects(entry.assert),
    entry.guards.length > 0 ? screen.guardedBy(entry.guards.join(', ')) : '',
  ].filter((text) => text !== '')
  const undo = undoTexts(look, plan, entry).map((text) => `${screen.undo}${look.words.colon} ${text}`)
  const limits = line.length === 0 ? [] : paragraph(look, line.join(dot), '  ')
  return [...limits, ...undo.flatMap((text) => paragraph(look, text, '  '))]
}

/** How a change is proven, a text a way: blocks below one sentence of the author share it, and their limits add up. */
function proofTexts({ words: { screen } }: Look, plan: Plan, proofs: readonly PlanEntry[]): string[] {
  const said = (text: string): string => oneLine(text).replace(/[.:]$/, '')
  const limits = new Map<string, number>()
  for (const proof of proofs) {
    if (proof.type === 'judge') continue
    const words = said(validationOf(plan, proof))
    limits.set(words, (limits.get(words) ?? 0) + proof.timeoutMs)
  }
  const judged = proofs.filter(({ type }) => type === 'judge').map(({ text }) => screen.judgedBy(said(text)))
  return [...[...limits].map(([words, ms]) => screen.provenBy(words, ms)), ...judged]
}

/** The author's sentence for a proof, else the proof's own title. */
export function validationOf(plan: Plan, proof: PlanEntry): string {
  const part = plan.parts.find(({ id }) => id === proof.part)
  const sentence = oneLine(part?.validation ?? '')
  if (sentence !== '') return sentence
  return proof.type === 'wait' && part !== undefined && part.title !== '' ? part.title : shortScript(proof)
}
