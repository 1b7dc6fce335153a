/** The columns that the engine knows; an author's table may have any of them, in any order, in either language. */
export type ColumnKey =
  | 'run'
  | 'date'
  | 'operator'
  | 'mode'
  | 'environment'
  | 'result'
  | 'duration'
  | 'measures'
  | 'failedStep'
  | 'log'
  | 'chain'

/** One run's row as plain text (not yet escaped for Markdown), in the runbook's language. */
export interface HistoryRow {
  /** Keyed by this: `r-261122-7f3k`, or `r-261122-7f3k/2` for a run continued. */
  readonly run: string
  readonly cells: Readonly<Record<ColumnKey, string>>
  /** Where *Log* links to, or null. */
  readonly link: string | null
  /** For a *Change history* table of three columns: UTC day, operator, sentence (Markdown, the run id in back-ticks). */
  readonly change: { readonly date: string; readonly author: string; readonly change: string }
}
