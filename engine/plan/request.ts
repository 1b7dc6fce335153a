import type { Answers } from '../model/answers.ts'
import type { Hash, StepId } from '../model/fact.ts'
import type { Plan, PlanParam } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import type { Place, Problem } from '../model/problem.ts'
import type { Block, Label, Phase, Runbook, Step } from '../model/runbook.ts'
import type { StepType } from '../model/step-type.ts'
import type { Json } from '../model/value.ts'

/** How the parts of one runbook are read: what the plan takes from the room that reads documents. */
export interface Reader {
  readonly ids: { of(thing: object): string }
  readonly findStep: (to: string, phase?: Phase | null) => Step | null
  readonly readYaml: (block: Block) => {
    readonly json: Json | null
    readonly problems: readonly Problem[]
    placeOf(path: readonly (string | number)[], key?: string): Place
  }
  readonly readForEach: (label: Label) => {
    readonly variable: string
    readonly list: string | null
    readonly literals: readonly string[]
    readonly atOnce: number
  } | null
  readonly readDrill: (label: Label) => 'simulated' | 'skipped' | 'run' | null
  readonly readAtMost: (label: Label) => number | null
  readonly readRecord: (label: Label) => { readonly name: string; readonly type: string } | null
  readonly readCaptures: (
    text: string,
    typedStep: boolean,
  ) => readonly { readonly name: string; readonly type: string | null; readonly output: string | null }[]
  readonly readRoles: (text: string) => readonly { readonly role: string; readonly count: number }[]
  /** A duration as people write it in a sentence. */
  readonly readDuration: (text: string) => number | null
}

/** Everything that a plan is made of. */
export interface PlanRequest {
  readonly runbook: Runbook
  /** As the person named it. */
  readonly file: string
  readonly sha256: Hash
  readonly reader: Reader
  readonly stepTypes: ReadonlyMap<string, StepType>
  /** The chosen one, or the only one that needs no naming. */
  readonly environment: {
    readonly name: string
    readonly values: Readonly<Record<string, string>>
    /** `inventory/staging.env` */
    readonly origin: string
  } | null
  /** Names of all environments that there are. */
  readonly environments: readonly string[]
  readonly production: boolean
  readonly flags: Readonly<Record<string, string>>
  /** Of an earlier sitting: kept where no flag says otherwise. */
  readonly recorded?: readonly PlanParam[]
  readonly answers: Answers | null
  readonly env: (name: string) => string | undefined
  /** Text of a `file:` default that is no secret; undefined where it cannot be read. */
  readonly readFile?: (path: string) => string | undefined
  readonly drill: Plan['drill']
  /** `irreversible:STEP` */
  readonly allow: readonly string[]
  /** Of `--i-mean`. */
  readonly meant: string | null
  readonly unattended: boolean
  readonly from: { readonly step: StepId; readonly reason: string } | null
  readonly policy: Policy
  /** Blocks without braces that cannot run as they stand, with the reason. */
  readonly edits: ReadonlyMap<Block, string>
  readonly hash: (text: string) => Hash
}

/** Something that a run with nobody there would have to ask. */
export interface Missing {
  /** What an answer, a flag or a parameter must name. */
  readonly id: string
  readonly what:
    | 'by hand'
    | 'text to judge'
    | 'box'
    | 'value'
    | 'secret'
    | 'param'
    | 'ask'
    | 'confirm'
    | 'irreversible'
    | 'approval'
    | 'interactive'
    | 'production'
    | 'edit'
    | 'drill'
  /** What to give: `--allow irreversible:fence`. */
  readonly hint: string
}

/** A plan, or why there is none; `missing` is for who runs it unattended. */
export interface Planned {
  readonly plan: Plan | null
  readonly problems: Problem[]
  readonly missing: Missing[]
  readonly warnings: Problem[]
}
