import type { Located, Place, Problem, Severity } from '../model/problem.ts'
import type { Lang } from '../model/runbook.ts'
import type { Code } from './codes.ts'
import type { Lines } from './lines.ts'
import { endOf, startOf } from './nodes.ts'
import type { Nodes } from './nodes.ts'

/** A file while it is read: its text, and the problems found so far. */
export interface Reading {
  readonly file: string
  readonly source: string
  readonly lines: Lines
  /** The language of most of its words: what is suggested is of that language. */
  readonly lang: Lang
  /** Anchors of all headings. */
  readonly anchors: ReadonlySet<string>
  readonly problems: Problem[]
}

/** What is said of a problem; what is left out is empty. */
export interface Said {
  readonly rule: Code
  readonly place: Place
  readonly reason: string
  /** @default 'error' */
  readonly severity?: Severity
  readonly expected?: readonly string[]
  readonly actual?: string | null
  readonly nearest?: string | null
  readonly cause?: Located<string> | null
}

/** A problem of the format's. */
export function problemOf(file: string, said: Said): Problem {
  return {
    file,
    place: said.place,
    severity: said.severity ?? 'error',
    rule: said.rule,
    reason: said.reason,
    expected: said.expected ?? [],
    actual: said.actual ?? null,
    nearest: said.nearest ?? null,
    cause: said.cause ?? null,
  }
}

/** Adds a problem to those of the file. */
export function report(reading: { readonly file: string; readonly problems: Problem[] }, said: Said): void {
  reading.problems.push(problemOf(reading.file, said))
}

/** A node's Markdown, word for word. */
export function sourceOf({ source }: Pick<Reading, 'source'>, node: Nodes): string {
  return source.slice(startOf(node), endOf(node))
}
