/** What stands around a command, outermost first. `if` and `while` are conditions, `then` and `loop` bodies. */
export type Around = '$(' | '<(' | '(' | '{' | 'function' | 'if' | 'then' | 'while' | 'until' | 'for' | 'loop' | 'case'

/** What joins a command to its neighbour; newline and `&` count as `;`, '' is the edge of a list. */
export type Joint = '' | ';' | '|' | '&&' | '||'

/** `$NAME`, `${NAME…}`, `$(…)`, `$((…))` or `<(…)` in a word. */
export interface Expansion {
  readonly kind: 'name' | 'command' | 'arithmetic' | 'process'
  /** Of a `name`. */
  readonly name: string | null
  readonly offset: number
  readonly end: number
  readonly quoted: boolean
}

export interface Word {
  /** As written. */
  readonly text: string
  /** Quotes and escapes removed, expansions as written. */
  readonly value: string
  readonly offset: number
  readonly end: number
  /** Some part of it stands in quotes or behind a backslash. */
  readonly quoted: boolean
  /** It has a glob outside quotes. */
  readonly globs: boolean
  readonly expansions: readonly Expansion[]
}

export interface Redirect {
  readonly operator: string
  readonly target: Word | null
  readonly offset: number
}

/** What a command really runs, past `sudo`, `env`, `timeout` and the like. */
export interface Program {
  /** Without its folder. */
  readonly name: string
  readonly args: readonly Word[]
  /** `sudo`, `timeout` and the like that stand in front. */
  readonly via: readonly string[]
}

/** A simple command, wherever it stands: in a list, a substitution, a loop. Without words it is what follows `done` or `}`. */
export interface Command {
  readonly words: readonly Word[]
  readonly program: Program
  readonly assigns: readonly { readonly name: string; readonly array: boolean; readonly word: Word }[]
  readonly redirects: readonly Redirect[]
  readonly offset: number
  readonly end: number
  readonly before: Joint
  readonly after: Joint
  /** `!` stands before its pipeline. */
  readonly negated: boolean
  readonly around: readonly Around[]
}

/** A here-document that is announced, `<<TAG`, and from where to where that stands. */
export interface HereDocument {
  readonly tag: string
  readonly strip: boolean
  readonly offset: number
  readonly end: number
}

/** Text that the shell takes as it stands, or not at all. */
export interface Stretch {
  readonly kind: 'single' | 'double' | 'comment' | 'heredoc'
  readonly offset: number
  readonly end: number
  /** Of a here-document that nothing ends: the redirection that begins it. */
  readonly open?: HereDocument
}

export interface Script {
  /** In the order of their first character. */
  readonly commands: readonly Command[]
  readonly stretches: readonly Stretch[]
}

/** Where a reader is in its source, and what it has found. */
export interface Reader {
  readonly source: string
  at: number
  depth: number
  backtick: boolean
  readonly commands: Command[]
  readonly stretches: Stretch[]
  readonly heredocs: HereDocument[]
  /** Reads a list inside a word: the two call each other. */
  readonly readList: (reader: Reader, start: ListStart) => void
}

/** How a list begins and what ends it. */
export interface ListStart {
  readonly stop: ')' | '`' | null
  readonly around: readonly Around[]
  readonly before: Joint
  readonly negated: boolean
}
