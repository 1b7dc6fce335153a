import { visible, visibleLine } from '../language/control.ts'
import type { Stamped, State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Words } from '../words/words.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords } from './step-record.ts'

/** What a hand-over is made from. */
export interface HandoverRequest {
  readonly runId: string
  readonly plan: Plan
  readonly facts: readonly Stamped[]
  readonly state: State
  readonly live: boolean
  /** Where we are, as a screen says it. */
  readonly standing: readonly string[]
}

/** The first step of the procedure that is not over: number and title; null: nothing is left. */
export function nextStep({ plan, facts }: Pick<HandoverRequest, 'plan' | 'facts'>): string | null {
  const settled = new Set(['done', 'confirmed', 'by-hand', 'skipped', 'simulated', 'not-needed', 'passed-over', 'assumed'])
  const over = new Map(stepRecords(facts).map(({ step, result }) => [step, settled.has(result)]))
  const parts = plan.parts.filter(({ section }) => section === 'procedure')
  const isForward = new Set([
    'check',
    'command',
    'wait',
    'validate',
    'notify',
    'manual',
    'box',
    'decision',
    'judge',
    'record',
    'approval',
  ])
  const index = parts.findIndex(({ id }) =>
    plan.steps.some((entry) => entry.part === id && isForward.has(entry.type) && over.get(entry.id) !== true),
  )
  const part = parts[index]
  return part === undefined ? null : `${part.number ?? index + 1} ${part.title}`
}

/** Values that were captured, secrets as `•••`. */
export function capturedValues({
  captured,
}: Pick<State, 'captured'>): readonly { readonly name: string; readonly text: string }[] {
  return Object.entries(captured).map(([name, value]) => ({ name, text: 'ref' in value ? '•••' : value.text }))
}

/** Where a run is, for who takes over: Markdown that also reads as text. */
export function handoverMarkdown(request: HandoverRequest, words: Words): string {
  const { runId, plan, facts, state, live, standing } = request
  const { people, cli, colon } = words
  const summary = runSummary(facts)
  const item = (name: string, text: string): string => `- ${name}${colon} ${visibleLine(text)}`
  const waits = Object.values(state.open).flatMap((open) => (open.type === 'question' && open.step !== null ? [open.step] : []))
  const values = capturedValues(state).map(({ name, text }) => item(name, text))
  const notes = facts.flatMap((fact) =>
    fact.type === 'heard' && fact.message.say === 'note'
      ? [
          item(
            `${fact.at.slice(11, 19)} ${fact.by.name}${fact.message.step === null ? '' : ` (${fact.message.step})`}`,
            fact.message.text,
          ),
        ]
      : [],
  )
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]
  return [
    `# ${visibleLine(people.handoverHead(runId, plan.runbook.title))}`,
    '',
    ...(plan.environment === '' ? [] : [item(words.columns.environment, plan.environment)]),
    item(people.since, `${summary.startedAt.slice(0, 16).replace('T', ' ')} UTC`),
    item(people.operators, summary.operators.join(', ')),
    ...(waits.length === 0 ? [] : [item(people.waitsFor, waits.join(', '))]),
    item(people.nextStep, nextStep(request) ?? people.nothingNext),
    ...section(people.standing, ['```text', ...standing.map(visible), '```']),
    ...section(cli.values, values),
    ...section(cli.notes, notes),
    '',
    live ? people.goOnLive(runId) : people.goOn(runId),
  ].join('\n')
}
