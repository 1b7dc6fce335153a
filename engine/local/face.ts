import type { Answer, BlockId, Key, Message, Question, Stamped, State, TaskId } from '../model/fact.ts'
import type { NotTaken } from './approvals.ts'
import type { Plan } from '../model/plan.ts'

/** How a long execution is getting on. Shown, never a fact. */
export interface Progress {
  /** Last observed value, one line. */
  readonly value: string
  readonly tryNo: number
  readonly nextTryMs: number | null
  readonly elapsedMs: number
  readonly limitMs: number | null
}

/** What a question is asked with. Several questions only for boxes: they are one checklist. */
export interface AskContext {
  readonly questions: readonly Question[]
  readonly plan: Plan
  readonly state: State
  /** The run clock now. */
  readonly runClockMs: () => number
  /** All output lines of an entry's last attempt, redacted. */
  readonly outputOf: (key: Key) => readonly string[]
  /** The values that an entry sees, with where each came from; secrets as `•••`. */
  readonly valuesOf: (step: BlockId) => readonly { readonly name: string; readonly text: string; readonly origin: string }[]
  /** What `reprise approve` is given for this approval, one REQUEST a role. */
  readonly requestsOf: (step: BlockId) => readonly string[]
  /** Takes a pasted approval: null, or why it is not taken. */
  readonly approve: (text: string) => Promise<NotTaken | null>
}

/** What a person said to a question: an answer, or something that may be said at any time. */
export type Said =
  | { readonly type: 'answers'; readonly answers: readonly { readonly task: TaskId; readonly answer: Answer }[] }
  | { readonly type: 'message'; readonly message: Message }
  /** A command of their own, in the entry's environment. */
  | { readonly type: 'command'; readonly text: string }
  /** Once more, with the terminal. */
  | { readonly type: 'with-terminal'; readonly task: TaskId }

/** Whoever shows a run and may be asked: a terminal, plain lines, JSON lines. Nothing here decides anything. */
export interface Face {
  /** Is there a person to ask? */
  readonly attended: boolean
  /** A fact became durable. */
  fact(stamped: Stamped, plan: Plan, state: State): void
  /** Output of a block as it comes, redacted, any cut. */
  output(key: Key, text: string): void
  progress(task: TaskId, progress: Progress): void
  /** Asks; rejects when the signal withdraws the question. Never called when nobody is there. */
  ask(context: AskContext, signal: AbortSignal): Promise<Said>
  /** A command without a written timeout reached the default. */
  overdue(key: Key, elapsedMs: number, signal: AbortSignal): Promise<'wait' | 'cancel'>
  /** Gives the terminal away for as long as `use` takes. */
  lend<T>(use: () => Promise<T>): Promise<T>
  /** Something to know that is no fact: a process left behind, say. */
  warn(text: string): void
  /** Something to know that is no fact, and no warning. */
  tell(text: string): void
}
