import type { Located, Place } from './problem.ts'
import type { Type } from './value.ts'

/** Roles of a fence; `none` is documentation. `setup` and `example` never run as steps. */
export type BlockType =
  | 'check'
  | 'command'
  | 'wait'
  | 'validate'
  | 'rollback'
  | 'on-failure'
  | 'guard'
  | 'notify'
  | 'cleanup'
  | 'setup'
  | 'example'

export type Lang = 'en' | 'fr'

export type SectionName =
  | 'info'
  | 'params'
  | 'prereq'
  | 'when'
  | 'procedure'
  | 'rollback'
  | 'cleanup'
  | 'escalation'
  | 'changes'
  | 'runs'

/** One `key=value`, `key` or `TYPE` of an info string, read from the raw source. */
export interface Attribute {
  readonly name: Located<string>
  /** `true` for a flag. */
  readonly value: Located<string> | true
}

/** A fence of the author's. */
export interface Block {
  readonly type: 'block'
  /** Written between the braces, or given by place; `none`: documentation. */
  readonly role: BlockType | 'none'
  /** True when the type stands between braces. */
  readonly typed: boolean
  /** True when there is no `{…}` at all. */
  readonly bare: boolean
  readonly lang: string | null
  readonly kind: 'shell' | 'yaml' | 'other'
  /** Empty, or the author's `id=`. */
  readonly id: Located<string> | null
  readonly attributes: readonly Attribute[]
  /** Body with LF line ends, without the container's indentation and without the last line end. */
  readonly body: string
  /** Place of the opening fence line. */
  readonly place: Place
  /** Place of the info string's braces, where there are some. */
  readonly info: Located<string> | null
  /** For each body line: its line in the file and how many columns its text is shifted to the right (0 = flush). */
  readonly lines: readonly { readonly line: number; readonly shift: number }[]
  /** The label that it stands under. */
  readonly under: LabelName | null
}

export type LabelName =
  | 'validation'
  | 'on-failure'
  | 'rollback'
  | 'approval'
  | 'drill'
  | 'on'
  | 'for-each'
  | 'only-if'
  | 'record'
  | 'at-most'
  | 'duration'
  | 'role'

/** Bold text that folds to a known label, and what follows it up to the next label, heading, or prose after its blocks. */
export interface Label {
  readonly type: 'label'
  readonly name: LabelName
  /** The bold text. */
  readonly place: Place
  /** The rest of the paragraph after the colon and further paragraphs, quotes and lists that belong to it: Markdown source, word for word. */
  readonly text: string
  /** Code spans in the label's own paragraph, with their places. */
  readonly codes: readonly Located<string>[]
  /** The words of the label's own paragraph that stand outside code spans, as plain text. */
  readonly plain: string
  /** Paragraphs, quotes and lists after the label's own paragraph: what an approval signs. */
  readonly after: string
  readonly textPlace: Place
  /** The same, with the code spans' marks gone: for a screen. */
}

export interface Box {
  readonly type: 'box'
  readonly text: string
  readonly checked: boolean
  readonly place: Place
}

export interface Prose {
  readonly type: 'prose'
  /** Markdown source, word for word. */
  readonly text: string
  readonly place: Place
}

export type Target =
  | { readonly type: 'continue' }
  | { readonly type: 'stop'; readonly text: string | null }
  | { readonly type: 'ask'; readonly text: string }
  | { readonly type: 'approve'; readonly roles: readonly { readonly role: string; readonly count: number }[] }
  /** By number (`Step 3`), folded title or anchor, as written. */
  | { readonly type: 'step'; readonly to: string }
  | { readonly type: 'runbook'; readonly file: string; readonly anchor: string | null }
  | { readonly type: 'unknown'; readonly text: string }

export interface DecisionRow {
  /** The condition's source, an answer's words, or null for `otherwise`. */
  readonly when: Located<string> | null
  readonly target: Located<Target>
}

export interface DecisionTable {
  readonly type: 'decision'
  readonly by: 'condition' | 'person'
  readonly rows: readonly DecisionRow[]
  readonly place: Place
}

export type Item = Block | Label | Box | Prose | DecisionTable

/** An H3 or H4 step, or what stands for one where there are no headings. Also the body of *Prerequisites*, *Rollback* and *Cleanup*. */
export interface Step {
  readonly type: 'step'
  /** `4`, `2.1`, or null where none is written. */
  readonly number: string | null
  /** Without `Step 4:`. */
  readonly title: string
  /** The heading's text as written, for anchors. */
  readonly heading: string
  readonly place: Place
  readonly items: readonly Item[]
}

/** An H3 `Phase N: …`, whose H4 are steps. */
export interface Phase {
  readonly type: 'phase'
  readonly number: string | null
  readonly title: string
  readonly heading: string
  readonly place: Place
  /** What stands before the first H4: prose and labels (**For each**, **Role**). */
  readonly items: readonly Item[]
  readonly steps: readonly Step[]
}

export interface Section {
  readonly name: SectionName | 'other'
  readonly title: Located<string>
  /** Everything below the heading, flat. For `procedure` see `steps`. */
  readonly items: readonly Item[]
  readonly steps: readonly (Step | Phase)[]
}

export interface ParamDeclaration {
  readonly name: Located<string>
  readonly type: Located<Type>
  /** As written in the type cell. */
  readonly typeText: string
  readonly default: Located<Default>
  readonly description: string
}

/** Where a parameter's value comes from when no flag and no answer gives it. */
export type Default =
  | { readonly from: 'literal'; readonly text: string }
  | { readonly from: 'inventory' }
  | { readonly from: 'env' }
  | { readonly from: 'ask' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'cmd'; readonly command: string }
  | { readonly from: 'none' }

/** The info bullets and the front matter, by key; texts as written. */
export interface Info {
  readonly id: Located<string> | null
  readonly lastUpdated: Located<string> | null
  readonly owner: Located<string> | null
  readonly estimatedTime: Located<string> | null
  readonly expertise: Located<string> | null
  readonly rtoTarget: Located<{ readonly ms: number | null; readonly text: string; readonly until: string | null }> | null
  readonly rpoTarget: Located<{ readonly ms: number | null; readonly text: string; readonly measuredBy: string | null }> | null
  readonly drTests: Located<string> | null
  readonly minimumVersion: Located<string> | null
}

export interface Escalation {
  readonly attempts: number | null
  readonly afterMs: number | null
  readonly contacts: readonly string[]
  /** Markdown source of the section, word for word. */
  readonly text: string
}

export interface Link {
  readonly url: string
  readonly text: string
  readonly place: Place
}

/** A runbook as its author wrote it: every value knows its place, nothing is resolved. */
export interface Runbook {
  readonly file: string
  /** The whole text, BOM removed, line ends as written. */
  readonly source: string
  readonly lang: Lang
  readonly title: Located<string>
  readonly info: Info
  readonly params: readonly ParamDeclaration[]
  /** In document order. */
  readonly sections: readonly Section[]
  /** Text of the *When to use* section, or null. */
  readonly when: string | null
  /** Code spans of *When to use*: alert names. */
  readonly alerts: readonly string[]
  readonly escalation: Escalation | null
  /** All `setup` blocks, in document order. */
  readonly setup: readonly Block[]
  /** The line *Without the tool*, where there is one. */
  readonly withoutTheTool: Located<string> | null
  readonly links: readonly Link[]
  /** Every heading with its level and its GitHub anchor. */
  readonly headings: readonly {
    readonly level: number
    readonly text: string
    readonly anchor: string
    readonly place: Place
    readonly section: SectionName | 'other' | null
  }[]
}
