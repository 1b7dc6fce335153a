import type { z } from 'zod'
import type { Effect } from './effect.ts'
import type { Json } from './value.ts'

/** Something a step needs and the runner opens once a run: a client, a session. Closed at the run's end. */
export interface Resource<Value> {
  readonly name: string
  /** Loads its library and opens it. */
  open(tools: { readonly signal: AbortSignal }): Promise<Value>
  close(value: Value): Promise<void>
}

export type Needs = Readonly<Record<string, Resource<any>>>
export type Opened<N extends Needs> = { readonly [K in keyof N]: N[K] extends Resource<infer V> ? V : never }

/** What a step may use besides its input. */
export interface StepTools {
  /** Aborted at the timeout, at a cancel and at a stop. */
  readonly signal: AbortSignal
  readonly clock: { now(): Date; sleep(ms: number): Promise<void> }
  /** A line of output: kept, shown, redacted. */
  readonly log: (line: string) => void
  /** Progress of something long: replaces the last one on screen, never kept. */
  readonly progress: (line: string) => void
  /** The checkout's root: relative paths are taken from here. */
  readonly root: string
  /** Folder of files that the run renders. */
  readonly artifacts: string
  /** The step's id; with its item where it is repeated: `restart[kafka-1]`. The same at every try, and when it is undone. */
  readonly step: string
  /** The run's parameters and captures by name, for templates; secrets are not among them. */
  readonly names: Readonly<Record<string, string>>
  /** The value of a secret parameter. Asking for it marks the output for redaction. */
  readonly secret: (name: string) => string | undefined
}

/** How a check judged. `unknown` (no data, unreachable, stale) is never a pass. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown'

/** What a step says of itself; the same fields for success and failure. */
export interface StepOutcome<Output> {
  /** `not-started`: certain that nothing happened. `unknown`: it may have. */
  readonly status: 'done' | 'failed' | 'unknown' | 'not-started'
  /** One sentence for people. */
  readonly summary: string
  readonly verdict?: Verdict
  readonly output?: Output
  /** Inputs, raw values and times that the verdict rests on. */
  readonly evidence?: Json
  /** Trying again can help, after so long. */
  readonly retryAfterMs?: number
}

/** What a step type takes by name, or why it could not begin. */
export type StepNames = { readonly ok: true; readonly names: readonly string[] } | { readonly ok: false; readonly reason: string }

export interface Example {
  readonly title: string
  readonly yaml: string
  /** What `describe` says of it. */
  readonly says: string
}

/** A step type: one file, its default export. Its schema, examples and sentences make its docs, its `--help` and its tests. */
export interface StepType<Input = any, Output = any, N extends Needs = any> {
  /** Its path below `steps/`: `http.request` is `steps/http/request.ts`. */
  readonly name: string
  readonly summary: string
  readonly effect: Effect
  readonly needs?: N
  /** Strict, every field described. */
  readonly input: z.ZodType<Input>
  /** What `capture=` can name; every field described. */
  readonly output: z.ZodType<Output>
  readonly examples: readonly Example[]
  /** One line saying what would happen. Pure. */
  describe(input: Input): string
  /** How to do the same without the tool. Pure. */
  byHand(input: Input): string
  /**
   * Names of parameters and captures that it takes beside those in its input, and why it could not begin: a file that is not
   * there, a template that does not parse. Asked at planning, with a reader of files from the root.
   */
  names?(input: Input, readText: (path: string) => string | undefined): StepNames
  /** Is it already so? Read-only. `before` is kept for `undo`. */
  check?(
    input: Input,
    tools: StepTools & Opened<N>,
  ): Promise<{ readonly status: 'done' | 'needed' | 'unknown'; readonly summary: string; readonly before?: Json }>
  execute(input: Input, tools: StepTools & Opened<N>): Promise<StepOutcome<Output>>
  /** `output` is missing if the engine died in the middle. */
  undo?(
    input: Input,
    was: { readonly before: Json | undefined; readonly output: Output | undefined },
    tools: StepTools & Opened<N>,
  ): Promise<StepOutcome<unknown>>
}

/** Ties a step's schemas to its functions, so that `execute` sees parsed, typed input. */
export function defineStep<Input, Output, N extends Needs = Record<never, never>>(
  step: StepType<Input, Output, N>,
): StepType<Input, Output, N> {
  return step
}

/** Ties a resource's value to its close. */
export function defineResource<Value>(resource: Resource<Value>): Resource<Value> {
  return resource
}
