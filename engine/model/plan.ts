import type { Effect } from './effect.ts'
import type { BlockId, Hash, StepId } from './fact.ts'
import type { Lang } from './runbook.ts'
import type { Json } from './value.ts'

/** Where a value came from, first that has it: flag, answers, inventory, environment variable, file, command, default, a person. */
export type From = 'flag' | 'answers' | 'inventory' | 'env' | 'file' | 'cmd' | 'default' | 'ask'

export interface PlanParam {
  readonly name: string
  /** As written: `int(0..)`. */
  readonly type: string
  /** As text; null when it is known only at the start (`cmd:`, `ask`) or secret. */
  readonly value: string | null
  readonly from: From
  readonly secret: boolean
  /** Secrets and values known only at the start: where to get it: `env:NAME`, `file:PATH`, `cmd:COMMAND`, `ask`; of a secret `ask:NAME`. */
  readonly ref: string | null
  /** For the screen: `inventory/staging.env`. */
  readonly origin: string
  readonly description: string
  /** The items of a list. */
  readonly items: readonly string[] | null
  /** The words of an enum. */
  readonly choices: readonly string[] | null
}

export type Treatment = 'execute' | 'simulate' | 'skip' | 'by-hand' | 'sign'

export type EntryType =
  | 'check'
  | 'command'
  | 'wait'
  | 'validate'
  | 'rollback'
  | 'on-failure'
  | 'guard'
  | 'notify'
  | 'cleanup' // blocks
  | 'manual' // a step without a block
  | 'box' // `- [ ]`
  | 'decision'
  | 'judge' // a validation that is only text
  | 'undo-by-hand' // a rollback that is only text
  | 'record' // **Record**: a value that a person gives
  | 'approval'

export type PlanTarget =
  | { readonly type: 'continue' }
  | { readonly type: 'stop'; readonly text: string | null }
  | { readonly type: 'ask'; readonly text: string }
  | { readonly type: 'approve'; readonly roles: readonly Role[] }
  | { readonly type: 'step'; readonly to: StepId }
  | { readonly type: 'runbook'; readonly file: string; readonly anchor: string | null }

export interface Role {
  readonly role: string
  readonly count: number
}

export interface PlanRow {
  /** Expression source, an answer's words, or null for `otherwise`. */
  readonly when: string | null
  readonly target: PlanTarget
}

/** One thing that the machine can begin, ask or settle. In document order. */
export interface PlanEntry {
  readonly id: BlockId
  /** The H3/H4 step it belongs to; with no step of its own: its section (`prereq`, `rollback`, `cleanup`). */
  readonly part: StepId
  /** The group (For each) that its part belongs to. */
  readonly group: StepId | null
  readonly section: 'prereq' | 'procedure' | 'rollback' | 'cleanup'
  readonly type: EntryType
  /** A typed step's name, or null. */
  readonly use: string | null
  /** One line for the screen: a typed step's `describe`, a box's text, the validation's text, the first line of a script. */
  readonly title: string
  readonly treatment: Treatment
  readonly effect: Effect
  /** sha256 of text, input and known values: its identity after an edit. */
  readonly hash: Hash
  /** The body verbatim; of a manual entry, its words. */
  readonly text: string
  /** The command that runs the text, by the project's policy; missing: bash. */
  readonly interpreter?: string
  /** The text is words to say, with `$NAME` in them: it is never run. */
  readonly message?: true
  /** A typed step's input, `$NAME` not yet replaced. */
  readonly input: Json | null
  /** What to do without the tool: a typed step's `byHand`. */
  readonly byHand: string | null
  /** Names that it takes: parameters, captures, built-ins, the group's variable. */
  readonly reads: readonly string[]
  /** Of these, known only at run time. */
  readonly unknown: readonly string[]
  /** Per attempt; in total for waits and polled blocks. */
  readonly timeoutMs: number
  /** False: it is the default, which asks before it kills a command, attended. */
  readonly timeoutWritten: boolean
  readonly everyMs: number | null
  readonly retries: number
  readonly holdMs: number | null
  /** Of a check: how long it stays fresh. */
  readonly freshMs: number | null
  /** `ask`: shown and confirmed; `no`: `confirm=no`, or only reads; `typed`: type the value of `name` (`ENVIRONMENT` for `env`). */
  readonly confirm: { readonly type: 'no' } | { readonly type: 'ask' } | { readonly type: 'typed'; readonly name: string }
  readonly onFailure: 'stop' | 'continue' | 'rollback' | 'warn'
  readonly flags: {
    readonly irreversible: boolean
    readonly idempotent: boolean
    readonly interactive: boolean
    readonly once: boolean
    readonly steady: boolean
    readonly imported: boolean
  }
  /** `output`: of a typed step, the output that the variable takes. */
  readonly captures: readonly { readonly name: string; readonly type: string; readonly output?: string }[]
  readonly expect: string | null
  readonly assert: string | null
  /** `validate`, `wait`, `judge`: the command that it proves. */
  readonly proves: BlockId | null
  readonly approve: { readonly roles: readonly Role[]; readonly statement: string } | null
  /** **Only if**: an expression's source. */
  readonly onlyIf: string | null
  readonly by: 'condition' | 'person' | null
  readonly rows: readonly PlanRow[]
  /** Guards that are polled while it runs. */
  readonly guards: readonly BlockId[]
  /** `on-failure` blocks of its step. */
  readonly diagnose: readonly BlockId[]
  /** How it is undone: rollback blocks or an undo by hand; with `undoNone`, nothing needs undoing. */
  readonly undo: readonly BlockId[]
  readonly undoNone: boolean
  /** A typed step undoes itself. */
  readonly undoSelf: boolean
  /** A typed step has a check of its own (`look`). */
  readonly looks: boolean
  /** Destination of `**On**`, `$NAME` or a literal. */
  readonly host: string | null
  /** A problem that a bare fence keeps to itself: it opens for editing, unattended refuses. */
  readonly needsEdit: string | null
  readonly line: number
}

/** An H3/H4 step, or a section without steps, as people read it. */
export interface PlanPart {
  readonly id: StepId
  readonly number: string | null
  readonly title: string
  readonly section: 'prereq' | 'procedure' | 'rollback' | 'cleanup'
  /** Title of the phase it stands in. */
  readonly phase: string | null
  readonly group: StepId | null
  /** The step's own words (Markdown), shown before its blocks. */
  readonly prose: string
  /** **On failure**, word for word. */
  readonly onFailure: string | null
  readonly validation: string | null
  readonly rollback: string | null
  readonly drill: 'run' | 'simulated' | 'skipped' | null
  readonly durationMs: number | null
  readonly role: string | null
  readonly line: number
}

export interface PlanGroup {
  /** The repeated step, or the phase. */
  readonly id: StepId
  readonly variable: string
  readonly items: readonly string[]
  readonly parts: readonly StepId[]
  readonly atOnce: number
}

/** What will run: frozen JSON, hashed, complete. Nothing is read again during a run. */
export interface Plan {
  readonly schema: 1
  readonly rules: number
  readonly runbook: {
    readonly file: string
    readonly id: string
    readonly title: string
    readonly sha256: Hash
    readonly lang: Lang
  }
  readonly environment: string
  readonly production: boolean
  readonly drill: 'full' | 'partial' | 'manual_validation' | 'none' | null
  readonly params: readonly PlanParam[]
  /** Text put in front of every shell block. */
  readonly setup: string
  readonly parts: readonly PlanPart[]
  readonly groups: readonly PlanGroup[]
  readonly steps: readonly PlanEntry[]
  readonly limits: {
    readonly attempts: number | null
    readonly elapsedMs: number | null
    readonly freshMs: number
    /** Bound of a decision's loop, by decision id. */
    readonly rounds: Readonly<Record<BlockId, number>>
  }
  readonly targets: {
    readonly rtoMs: number | null
    /** The part whose validation stops the clock. */
    readonly rtoUntil: StepId | null
    readonly rpoMs: number | null
    readonly rpoMeasuredBy: StepId | null
  }
  readonly escalation: { readonly text: string; readonly contacts: readonly string[] } | null
  readonly info: {
    readonly owner: string | null
    readonly when: string | null
    readonly estimated: string | null
    readonly rto: string | null
    readonly rpo: string | null
  }
  /** Ids of what unattended cannot do by itself. */
  readonly needsPerson: readonly string[]
  readonly estimateMs: number | null
  readonly hash: Hash
}
