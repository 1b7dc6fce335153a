import { join } from 'node:path'
import { readEnds } from '../journal/own-file.ts'
import { partsOf } from '../machine/keys.ts'
import type { BlockId, Key, Message, Question, State, TaskId, Who } from '../model/fact.ts'
import type { Approvals } from './approvals.ts'
import type { AskContext, Said } from './face.ts'
import type { Hands } from './hands.ts'
import type { Inputs } from './inputs.ts'
import { outputName } from './output-name.ts'
import { runOwnCommand } from './own-command.ts'

/** Asks what the machine asks: one screen at a time, boxes of a step as one checklist. */
export interface Questions {
  ask(question: Question): void
  /** Takes a question back; true when it was one of ours. */
  withdraw(task: TaskId): boolean
  /** It has been answered, by whomever: its screen goes. */
  answered(task: TaskId): void
  /** Nobody is asked anything any more. */
  close(): void
}

/** At most so much of an output is shown again. */
const SHOWN_BYTES = 1 << 20

interface Asking {
  readonly hands: Hands
  readonly inputs: Inputs
  readonly stateOf: () => State
  readonly runClockMs: () => number
  readonly operator: () => Who
  readonly approvals: Approvals
  readonly open: Map<TaskId, { readonly question: Question; readonly screen: AbortController | null }>
}

/** Opens the asking of one sitting. What a person says comes back through `inputs`. */
export function openQuestions(given: Omit<Asking, 'open'>): Questions {
  const asking: Asking = { ...given, open: new Map() }
  const { hands, inputs, open } = asking
  return {
    ask(question) {
      const screen = hands.face.attended ? new AbortController() : null
      open.set(question.task, { question, screen })
      if (screen !== null) void show(asking, question.task, screen)
    },
    withdraw(task) {
      const asked = open.get(task)
      if (asked === undefined) return false
      open.delete(task)
      asked.screen?.abort()
      inputs.push({ type: 'answer', task, answer: { choice: 'withdrawn' }, by: { name: '', how: 'policy' } })
      return true
    },
    answered(task) {
      const asked = open.get(task)
      open.delete(task)
      asked?.screen?.abort()
    },
    close() {
      for (const { screen } of open.values()) screen?.abort()
      open.clear()
    },
  }
}

/** Boxes are put on one screen: the first waits a moment for its fellows. */
async function show(asking: Asking, task: TaskId, screen: AbortController): Promise<void> {
  const { hands, inputs, open } = asking
  const first = open.get(task)?.question
  if (first?.about === 'box') await inputs.settled()
  while (open.has(task) && !screen.signal.aborted) {
    const questions = first?.about === 'box' ? boxesWith(first, asking) : first === undefined ? [] : [first]
    if (questions[0]?.task !== task) return
    let said: Said
    try {
      said = await hands.face.ask(contextOf(asking, questions), screen.signal)
    } catch (error) {
      if (!screen.signal.aborted) hands.face.warn(error instanceof Error ? error.message : String(error))
      return
    }
    await take(asking, said, questions)
  }
  // A box that was left out is asked by itself.
  const next = first?.about === 'box' ? boxesWith(first, asking)[0] : undefined
  const left = next === undefined ? undefined : open.get(next.task)
  if (next !== undefined && left?.screen != null) void show(asking, next.task, left.screen)
}

function boxesWith(first: Question, { hands, open }: Asking): Question[] {
  const part = first.step === null ? null : hands.entry(first.step).part
  return [...open.values()].flatMap(({ question }) =>
    question.about === 'box' && question.step !== null && hands.entry(question.step).part === part ? [question] : [],
  )
}

async function take(asking: Asking, said: Said, questions: readonly Question[]): Promise<void> {
  const { hands, inputs, open, operator, stateOf } = asking
  switch (said.type) {
    case 'answers':
      for (const { task, answer } of said.answers) {
        const typed = questions.find((one) => one.task === task)?.typed !== undefined
        if (!open.delete(task)) continue
        const by: Who = typed && answer.choice === 'run' ? { ...operator(), how: 'typed' } : operator()
        inputs.push({ type: 'answer', task, answer, by })
      }
      return
    case 'message':
      return saidAndObeyed(asking, said.message)
    case 'command': {
      const text = await runOwnCommand(said.text, { question: questions[0] ?? null, state: stateOf(), hands })
      return saidAndObeyed(asking, { say: 'note', text, step: questions[0]?.step ?? null })
    }
    case 'with-terminal': {
      const key = questions.find((one) => one.task === said.task)?.key
      if (key != null) hands.withTerminal.add(key)
      if (open.delete(said.task)) inputs.push({ type: 'answer', task: said.task, answer: { choice: 'retry' }, by: operator() })
    }
  }
}

/** The question is asked again only when the run has obeyed: it may have been withdrawn. */
async function saidAndObeyed({ inputs, operator }: Asking, message: Message): Promise<void> {
  const settled = inputs.settled()
  inputs.push({ type: 'message', message, by: operator() })
  await settled
}

function contextOf({ hands, stateOf, runClockMs, approvals }: Asking, questions: readonly Question[]): AskContext {
  return {
    questions,
    plan: hands.plan,
    state: stateOf(),
    runClockMs,
    outputOf: (key) => outputOf(key, stateOf(), hands),
    valuesOf: (step) => shownValues(step, stateOf(), hands),
    requestsOf: (step) => approvals.requests(step),
    approve: (text) => approvals.take(text, null),
  }
}

/** Lines of an entry's last attempt, redacted as they were stored. */
export function outputOf(key: Key, state: State, { folder }: Pick<Hands, 'folder'>): readonly string[] {
  const attempts = state.entries[key]?.attempts ?? {}
  for (const purpose of ['undo', 'cleanup', 'again', 'run', 'look'] as const) {
    const attempt = attempts[purpose]
    if (attempt === undefined) continue
    try {
      const { head, tail, cut } = readEnds(join(folder, 'output', outputName({ key, purpose, attempt })), SHOWN_BYTES)
      const text = Buffer.concat(cut > 0 ? [tail] : [head, tail])
        .subarray(-SHOWN_BYTES)
        .toString('utf8')
      return text.replace(/\n$/, '').split('\n')
    } catch {
      // It printed nothing.
    }
  }
  return []
}

/** Values that an entry sees, with where each comes from; secrets as `•••`. */
function shownValues(
  step: BlockId,
  state: State,
  { plan, entry, started }: Hands,
): readonly { name: string; text: string; origin: string }[] {
  const { reads, group } = entry(step)
  const item =
    Object.values(state.open)
      .map(({ key }) => (key === null ? null : partsOf(key)))
      .find((parts) => parts?.block === step)?.item ?? null
  const lane = plan.groups.find(({ id }) => id === group)
  return reads.flatMap((name) => {
    if (lane?.variable === name && item !== null) return [{ name, text: item, origin: 'for-each' }]
    const captured = state.captured[name] ?? started[name]
    const param = plan.params.find((one) => one.name === name)
    if (param !== undefined && param.secret) return [{ name, text: '•••', origin: param.origin }]
    if (captured !== undefined)
      return [{ name, text: 'ref' in captured ? '•••' : captured.text, origin: param?.origin ?? 'capture' }]
    if (param !== undefined) return param.value === null ? [] : [{ name, text: param.value, origin: param.origin }]
    if (name === 'ENVIRONMENT') return [{ name, text: plan.environment, origin: '' }]
    return []
  })
}
