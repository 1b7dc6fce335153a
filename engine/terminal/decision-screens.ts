import { visibleLine } from '../language/control.ts'
import { evaluate, namesIn, parseExpression } from '../language/expression.ts'
import { padEnd, widthOf } from '../language/width.ts'
import type { Question } from '../model/fact.ts'
import type { PlanEntry, PlanTarget } from '../model/plan.ts'
import type { Value } from '../model/value.ts'
import { targetText } from '../words/fact-sentence.ts'
import type { AskContext } from './ask-context.ts'
import { header } from './header.ts'
import { type Look, padded, paragraph, symbol } from './look.ts'
import { prose, proseLines } from './prose.ts'
import { placeOf } from './step-place.ts'

/** A decision: the values it rests on, the branch that they lead to, and the others. */
export function branchScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry, part } = placeOf(plan, question.step, question.key)
  const head = header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() })
  if (entry === null) return head
  const taken = entry.by === 'condition' ? takenRow(context, entry) : null
  const target = taken === null ? null : (entry.rows[taken]?.target ?? null)
  return [
    ...head,
    '',
    ...(entry.by === 'person' ? prose(look, part?.prose ?? '') : []),
    ...padded(valuesLine(look, context, entry)).slice(entry.by === 'person' ? 0 : 1),
    ...entry.rows.flatMap((row, index) =>
      rowLines(look, row.when, row.target, { index, taken: index === taken, isDigit: question.choices.includes('row') }),
    ),
    ...(target?.type === 'ask' ? ['', ...paragraph(look, target.text)] : []),
    '',
  ]
}

function rowLines(
  look: Look,
  when: string | null,
  target: PlanTarget,
  row: { readonly index: number; readonly taken: boolean; readonly isDigit: boolean },
): string[] {
  const mark = row.taken ? symbol(look, 'to') : ' '.repeat(widthOf(symbol(look, 'to')))
  const number = row.isDigit ? `${row.index + 1}  ` : ''
  const text = `${visibleLine(when ?? look.words.screen.otherwise)}${look.words.colon} ${visibleLine(targetText(target, look.words))}`
  const [first = '', ...rest] = paragraph(look, text, '      ')
  return [`  ${mark} ${number}${first.trimStart()}`, ...rest].map((line) => line.trimEnd())
}

/** `lag   48210     MAX_LAG 10000`: what the conditions name. */
function valuesLine(look: Look, context: AskContext, entry: PlanEntry): string[] {
  const values = knownValues(context)
  const names = new Set(entry.rows.flatMap(({ when }) => namesOf(when)))
  const pairs = [...names].map((name) => {
    const value = values[name]
    const text = value === undefined ? look.words.screen.unknownValue : 'text' in value ? visibleLine(value.text) : '•••'
    return { name, text }
  })
  const width = Math.max(0, ...pairs.map(({ name }) => widthOf(name)))
  return [
    ...pairs.flatMap(({ name, text }) => paragraph(look, `${padEnd(name, width)}  ${text}`, '  ')),
    ...(pairs.length > 0 ? [''] : []),
  ]
}

function namesOf(when: string | null): string[] {
  if (when === null) return []
  const parsed = parseExpression(when)
  return parsed.ok ? namesIn(parsed.expression).map(({ name }) => name) : []
}

function knownValues({ plan, state }: AskContext): Record<string, Value> {
  const values: Record<string, Value> = {
    ENVIRONMENT: { type: 'string', text: plan.environment },
    DRILL: { type: 'string', text: plan.drill ?? '' },
  }
  for (const param of plan.params)
    if (param.value !== null) values[param.name] = { type: param.type.replace(/\(.*/s, ''), text: param.value }
  return { ...values, ...state.captured }
}

/** The row that the values lead to; null when it cannot be told. */
function takenRow(context: AskContext, entry: PlanEntry): number | null {
  const values = knownValues(context)
  for (const [index, { when }] of entry.rows.entries()) {
    if (when === null) return index
    const parsed = parseExpression(when)
    const said = parsed.ok ? evaluate(parsed.expression, values) : null
    if (said === null || !said.ok) return null
    if (said.value === true) return index
  }
  return null
}

/** An approval: what is signed, by whom, and what they run. */
export function approvalScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry } = placeOf(plan, question.step, question.key)
  const head = header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() })
  if (entry === null) return head
  const taken = entry.type === 'decision' ? takenRow(context, entry) : null
  const row = taken === null ? undefined : entry.rows[taken]
  const roles = entry.approve?.roles ?? (row?.target.type === 'approve' ? row.target.roles : [])
  const names = roles.map(({ role, count }) => visibleLine(count > 1 ? `${count} × ${role}` : role)).join(', ')
  const given = state.approvals.filter(({ step }) => step === entry.id).map(({ by }) => visibleLine(by))
  const requests = context.requestsOf?.(entry.id) ?? [`${plan.hash.slice(0, 12)} ${entry.id}`]
  const statement = entry.approve?.statement ?? ''
  return [
    ...head,
    '',
    ...(entry.type === 'decision' ? valuesLine(look, context, entry).slice(0, -1) : []),
    ...(row === undefined
      ? []
      : paragraph(
          look,
          `${symbol(look, 'to')} ${row.when ?? look.words.screen.otherwise}${look.words.colon} ${targetText(row.target, look.words)}`,
          '  ',
        )),
    ...(statement === ''
      ? []
      : [look.words.screen.signs, ...proseLines({ ...look, width: look.width - 2 }, statement).map((line) => `  ${line}`)]),
    ...(given.length > 0 ? paragraph(look, `${symbol(look, 'ok')} ${given.join(', ')}`, '  ') : []),
    '',
    ...paragraph(look, look.words.screen.waitingFor(names)),
    ...requests.map((request) => `  reprise approve ${visibleLine(request)}`),
    '',
  ]
}
