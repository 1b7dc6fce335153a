import type { Policy } from '../model/policy.ts'
import type { Located, Place, Severity } from '../model/problem.ts'
import type { Block, Runbook } from '../model/runbook.ts'
import type { StepType } from '../model/step-type.ts'

/** What lint knows of the world outside the file. */
export interface LintContext {
  /** By name; null when no step types are loaded (an untrusted checkout): typed steps are then not judged. */
  readonly stepTypes: ReadonlyMap<string, StepType> | null
  /** `inventory/hosts.yaml`, or null where there is none. */
  readonly hosts: Readonly<Record<string, { readonly status: string }>> | null
  /** Names that the chosen inventory defines, or null. */
  readonly inventoryNames: readonly string[] | null
  /** Whether a path, relative to the runbook's folder, is there. */
  readonly exists: (relativePath: string) => boolean
  /** Anchors of a Markdown file, or null when it cannot be read. */
  readonly anchorsOf: (relativePath: string) => readonly string[] | null
  /** By rule: lowers what the catalogue says, never what the format says. */
  readonly severities: Policy['severities']
  /** Languages, beside the shells', whose interpreter the project's policy names. @default [] */
  readonly interpreters?: readonly string[]
  /** Nobody may be there to type: what waits for a terminal is an error. */
  readonly drill: boolean
  /** Lint as the gate of `plan` and `run`: prose that names a lost step is a warning there. @default false */
  readonly gate?: boolean
}

/** What a rule reports. */
export interface Finding {
  /** The smallest place that shows it. */
  readonly place: Place
  readonly reason: string
  readonly expected?: readonly string[]
  readonly actual?: string
  readonly nearest?: string | null
  readonly cause?: Located<string> | null
  /** @default the rule's */
  readonly severity?: Severity
  /** The block whose script is at fault: without braces, its errors are warnings. */
  readonly script?: Block
}

export interface RuleDefinition {
  /** The file's name. */
  readonly name: string
  readonly severity: Severity
  /** `format`: the project file cannot lower it. @default 'catalogue' */
  readonly origin?: 'format' | 'catalogue'
  check(runbook: Runbook, context: LintContext, report: (finding: Finding) => void): void
}

/** A rule is one file, its default export; the examples of its doc comment are its tests. */
export interface Rule extends Required<RuleDefinition> {
  /** Where it is explained, from the project's root. */
  readonly url: string
}

/** Makes a rule of a check. */
export function defineRule(definition: RuleDefinition): Rule {
  return { origin: 'catalogue', ...definition, url: urlOf(definition.name) }
}

/** Where a problem's rule is explained, from the project's root. */
export function urlOf(rule: string): string {
  return `docs/lint.md#${rule}`
}
