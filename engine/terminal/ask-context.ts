import type { Answer, BlockId, Key, Message, Question, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Words } from '../words/words.ts'

/** A value that a block will see, as people read it: secrets are `•••`. */
export interface ShownValue {
  readonly name: string
  readonly text: string
  readonly origin: string
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
  /** The values that an entry sees, with where each came from. */
  readonly valuesOf: (step: BlockId) => readonly ShownValue[]
  /** What `reprise approve` is given for this approval, one REQUEST a role. @default the plan's hash and the step */
  readonly requestsOf?: (step: BlockId) => readonly string[]
  /** Takes a pasted approval: null, or why it is not taken. @default takes none */
  readonly approve?: (text: string) => Promise<{ readonly why: keyof Words['people']['refused']; readonly role: string } | null>
}

/** What a person said to a question: an answer, or something that may be said at any time. */
export type Said =
  | { readonly type: 'answers'; readonly answers: readonly { readonly task: TaskId; readonly answer: Answer }[] }
  | { readonly type: 'message'; readonly message: Message }
  /** A command of their own, in the entry's environment. */
  | { readonly type: 'command'; readonly text: string }
  /** Once more, with the terminal. */
  | { readonly type: 'with-terminal'; readonly task: TaskId }
