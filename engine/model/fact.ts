/* The contract of the machine: what the pure core knows, says and is told. One closed union a topic, so one file. */
import type { Json, Value, Values } from './value.ts'
import type { Effect } from './effect.ts'

export type StepId = string // H3/H4 step of the runbook; with no step of its own: its section
export type BlockId = string // an entry of plan.steps: block, manual step, box, decision, text validation
export type Key = string // BLOCK, '[ITEM]' when repeated (`/ [ ] @ %` escaped), '@ROUND' from round 2: restart[kafka-2]@3
export type TaskId = string // KEY/PURPOSE/ATTEMPT, used once in a run: key of the journal, id of an engine's activity
export type Hash = string
export type Purpose = 'run' | 'look' | 'verify' | 'again' | 'diagnose' | 'undo' | 'cleanup' | 'ask'
export interface Who {
  readonly name: string
  readonly how: 'terminal' | 'answers' | 'policy' | 'typed' | 'signal' | HowKnown
}
/** How the name of an approver is known, strongest first. */
export type HowKnown = 'signed' | 'other account' | 'declared'
export interface Carry {
  readonly cwd: string
  readonly names: readonly string[]
  readonly ref: Hash
} // the values stay below the port

export interface Outcome {
  // the same fields for success and failure
  readonly status: 'done' | 'failed' | 'unknown' | 'not-started' // not-started: certain that nothing happened
  readonly cause?: {
    readonly type:
      | 'exit'
      | 'signal'
      | 'timeout'
      | 'guard'
      | 'cancelled'
      | 'capture'
      | 'expect'
      | 'assert'
      | 'verdict'
      | 'spawn'
      | 'connection'
      | 'runner-died'
      | 'ended-early'
    readonly text: string
    readonly block?: BlockId
  } // the first cause wins
  readonly verdict?: 'pass' | 'warn' | 'fail' | 'unknown'
  readonly exit?: number | string
  readonly captured?: Values
  readonly carry?: Carry // typed; secrets by reference; carry only after exit 0
  readonly before?: Json // a typed step's `look`: what its undo will need, journalled before the effect
  readonly output?: Json // a typed step's own output
  readonly retryAfterMs?: number // a typed step says that trying again can help
  readonly tail: string // redacted, at most 4 KiB
  readonly log?: { readonly file: string; readonly bytes: number; readonly sha256: Hash; readonly host?: string }
  readonly tookMs: number
  readonly polls?: number
  readonly leftovers?: readonly string[]
}
export interface Execution {
  // one attempt; its polls and guards happen inside it
  readonly type: 'execution'
  readonly task: TaskId
  readonly step: BlockId
  readonly key: Key
  readonly purpose: Purpose
  readonly attempt: number
  readonly effect: Effect
  readonly of?: Key // undo, verify: of what
  readonly text: string
  readonly values: Values
  readonly carry: Carry | null // secrets are resolved below the port
  readonly timeoutMs: number
  readonly everyMs?: number
  readonly guards: readonly BlockId[]
  readonly before?: Json
  readonly output?: Json // of the run that is undone
}
export interface Question {
  readonly type: 'question'
  readonly task: TaskId
  readonly step: BlockId | null
  readonly key: Key | null
  readonly about:
    | 'start'
    | 'box'
    | 'change'
    | 'by-hand'
    | 'validation'
    | 'branch'
    | 'approval'
    | 'value'
    | 'failed'
    | 'unknown-effect'
    | 'edited-step'
    | 'interrupted'
    | 'paused'
    | 'roll-back'
    | 'undo'
    | 'undo-failed' // its words are made from plan and state
  readonly choices: readonly Answer['choice'][] // the machine's decision, never the prompt's
  readonly typed?: string // what must be typed: the environment's name
  readonly untilMs?: number // run clock; then the machine itself answers by policy
  readonly name?: string // of a value: what it is called from then on
}
export type Answer =
  | { readonly choice: 'run' | 'yes' | 'no' | 'retry' | 'go-on' | 'stop' | 'escalate' | 'not-undone' | 'none' | 'withdrawn' }
  | { readonly choice: 'skip' | 'by-hand' | 'accept'; readonly reason: string }
  | { readonly choice: 'edit'; readonly text: string }
  | { readonly choice: 'roll-back'; readonly to: StepId | null }
  | { readonly choice: 'value'; readonly value: Value }
  | { readonly choice: 'row'; readonly row: number; readonly reason?: string } // a branch; the reason when it overrules
/** May be said at any time: by a key at a prompt, from another terminal, by a signal. One path for all. */
export type Message =
  | { readonly say: 'note'; readonly text: string; readonly step: BlockId | null }
  | { readonly say: 'pause' | 'leave' | 'stop-waiting' }
  | { readonly say: 'stop' | 'abort'; readonly reason: string }
  | { readonly say: 'signal'; readonly name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  | { readonly say: 'jump'; readonly to: StepId; readonly reason: string }
  | {
      readonly say: 'approve'
      readonly step: BlockId
      readonly plan: Hash
      readonly statement: string
      readonly role?: string
      readonly values?: Readonly<Record<string, string>> // measured, as they were signed
      readonly forMs?: number // how long it holds from then on
      readonly key?: string // fingerprint of the key that signed it
    }
  | { readonly say: 'hand-over'; readonly to: string }
  | { readonly say: 'take-over'; readonly reason: string }

export interface Settings {
  // of a sitting: one life of the process
  readonly mode: 'attended' | 'unattended'
  readonly operator: Who
  readonly environment: string
  readonly answers: Json
  readonly drill: 'full' | 'partial' | 'manual_validation' | 'none' | null
  readonly rollback: 'ask' | 'always' | 'never' | 'on-failure'
  readonly allow: readonly BlockId[]
  readonly meant: string | null
  readonly incidentMs: number // run clock, ≤ 0
  readonly from: { readonly step: StepId; readonly reason: string } | null
  readonly leaves: boolean // with only questions open, end the sitting as `waiting` (unattended, on one machine)
}
export type Result = 'passed' | 'failed' | 'rolled-back' | 'rolled-back-in-part' | 'stopped' | 'waiting' | 'aborted'
export type Settled =
  | 'done'
  | 'confirmed'
  | 'by-hand'
  | 'skipped'
  | 'simulated'
  | 'not-needed'
  | 'passed-over'
  | 'assumed'
  | 'failed'
type At = { readonly step: BlockId; readonly key: Key }

export type Fact =
  | {
      readonly type: 'run-started'
      readonly rules: number
      readonly tool: string
      readonly plan: Hash
      readonly settings: Settings
      readonly values: Values
    } // parameters known only at the start: `cmd:`, `ask`; secrets by reference
  | {
      readonly type: 'run-resumed'
      readonly sitting: number
      readonly plan: Hash
      readonly settings: Settings
      readonly edited: readonly Key[]
      readonly course: 'forward' | 'rolling'
      readonly to: StepId | null
    } // edited: done, changed since
  | { readonly type: 'items-fixed'; readonly group: StepId; readonly round: number; readonly items: readonly string[] }
  | ({ readonly type: 'step-started' } & Omit<Execution, 'type'>)
  | (At & {
      readonly type: 'step-ended'
      readonly task: TaskId
      readonly purpose: Purpose
      readonly attempt: number
      readonly outcome: Outcome
    })
  | (At & { readonly type: 'step-settled'; readonly how: Settled; readonly why: string; readonly by: Who | null }) // without running
  | (At & { readonly type: 'branch-taken'; readonly row: number; readonly to: StepId | null; readonly by: Who | null }) // null: the next one
  | { readonly type: 'asked'; readonly task: TaskId; readonly step: BlockId | null; readonly question: Question }
  | { readonly type: 'answered'; readonly task: TaskId; readonly step: BlockId | null; readonly answer: Answer; readonly by: Who }
  | { readonly type: 'heard'; readonly message: Message; readonly by: Who }
  | { readonly type: 'cancelling'; readonly task: TaskId; readonly why: string }
  | { readonly type: 'time-reached'; readonly untilMs: number }
  | { readonly type: 'escalated'; readonly why: 'attempts' | 'elapsed' | 'asked'; readonly step: BlockId | null }
  | {
      readonly type: 'course-set'
      readonly course: 'rolling' | 'closing'
      readonly why: string
      readonly to: StepId | null
      readonly item: string | null
    } // only this item of a repeated step is undone
  | { readonly type: 'row-written'; readonly row: string; readonly where: 'file' | 'patch' }
  | { readonly type: 'run-ended'; readonly result: Result; readonly exitCode: number; readonly failedStep: BlockId | null }
/** Put on by `append`, never by the core. `ms`: the run clock, whole, never decreasing, going on over restarts. */
export type Stamped = Fact & { readonly seq: number; readonly run: string; readonly at: string; readonly ms: number }

export interface Entry {
  readonly status: 'open' | 'unknown' | Settled
  readonly attempts: Readonly<Partial<Record<Purpose, number>>>
  readonly hash: Hash
  readonly values: Values // what it ran with: its identity after an edit
  readonly startedMs: number
  readonly endedMs: number
  readonly confirmed: boolean
  readonly cause?: Outcome['cause']
  readonly retryAfterMs?: number
  readonly captured?: Values
  readonly before?: Json
  readonly output?: Json
  readonly carry?: Carry // of a repeated step's item: it does not leave its lane
  readonly undone?: boolean // of an undo block: its last attempt succeeded
  readonly undoAsked?: boolean // a person said: undo it
  readonly looked?: 'done' | 'needed' | 'unknown' // what its look said: is it already so?
  readonly verified?: readonly BlockId[] // after a crash: its proofs that hold
  readonly doubted?: boolean // a change that failed, or was cut off, in an earlier sitting: it may have taken effect
  readonly agreed?: boolean // a person said: once more; what must be typed is still to be typed
  readonly edited?: boolean // done, and its text has changed since: a person says whether it stays so
  readonly signed?: boolean // a person has judged its result
  readonly row?: number // of a decision: the row that a person chose
}
export interface State {
  // plain JSON; a few hundred bytes an entry; captures and carry at most 1 MiB together
  readonly rules: number
  readonly plan: Hash
  readonly sitting: number
  readonly settings: Settings
  readonly operators: readonly string[]
  readonly ms: number // run clock at the last fact: the core's only "now"
  readonly round: number
  readonly origin: StepId | null // a jump opens a round; where the last one went
  readonly entries: Readonly<Record<Key, Entry>>
  readonly items: Readonly<Record<string, readonly string[]>> // GROUP@ROUND
  readonly open: Readonly<Record<TaskId, (Execution | Question) & { readonly sinceMs: number; readonly cancelling: boolean }>>
  readonly effects: readonly {
    readonly key: Key
    readonly undo: 'due' | 'undone' | 'failed' | 'by-hand' | 'unknown' | 'refused'
  }[]
  readonly captured: Values
  readonly carry: Carry | null
  readonly edits: Readonly<Record<BlockId, string>>
  readonly pending: readonly { readonly message: Message; readonly by: Who }[] // heard, not yet acted on
  readonly approvals: readonly {
    readonly step: BlockId
    readonly by: string
    readonly ms: number
    readonly role?: string
    readonly values?: Readonly<Record<string, string>>
    readonly forMs?: number
  }[]
  readonly answersUsed: Readonly<Record<BlockId, number>>
  readonly escalated: readonly string[]
  readonly course: {
    readonly type: 'forward' | 'rolling' | 'closing'
    readonly why: string
    readonly to: StepId | null
    readonly item: string | null
  }
  readonly failure: { readonly key: Key; readonly why: string } | null // the first wins
  readonly people: {
    readonly sinceMs: number | null
    readonly waitedMs: number
    readonly pausedMs: number
    readonly pausedAtMs: number | null
  }
  readonly measures: Readonly<Record<string, Value>>
  readonly ended: { readonly result: Result; readonly exitCode: number } | null
  readonly lost: readonly string[] // secret captures of a dead sitting: their values are gone
  readonly unseen: readonly Key[] // confirmed by their effect alone: what they assigned is gone
  readonly branch: { readonly step: BlockId; readonly row: number } | null // the last branch taken: it may end the run
}
export type Command =
  | { readonly type: 'record'; readonly fact: Fact } // settled, branch, known answer, course, end
  | { readonly type: 'begin'; readonly task: Execution | Question }
  | { readonly type: 'cancel'; readonly task: TaskId; readonly why: string }
  | { readonly type: 'await'; readonly untilMs: number | null }
  | { readonly type: 'done' } // the earliest deadline; the sitting is over
export type Input =
  | { readonly type: 'outcome'; readonly task: TaskId; readonly outcome: Outcome }
  | { readonly type: 'time' }
  | { readonly type: 'answer'; readonly task: TaskId; readonly answer: Answer; readonly by: Who }
  | { readonly type: 'message'; readonly message: Message; readonly by: Who }
export interface World {
  append(fact: Fact): Promise<Stamped> // redacts, stamps, chains; durable when it resolves; throws only when it cannot be
  begin(task: Execution | Question): void // returns at once, never throws; exactly one input ends it
  cancel(task: TaskId): void // idempotent; the end still comes through `next`
  next(untilMs: number | null): Promise<Input> // first come, one at a time; `time` when the run clock reaches untilMs
  full(): boolean // go on from this state in a fresh history; never on one machine
}
