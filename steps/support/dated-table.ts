/** Facts that age: each table says when it was true, until when it may be trusted, and who says so. */
export interface DatedTable<Row> {
  readonly title: string
  /** The day on which it was last checked: `2026-11-29`. */
  readonly asOf: string
  /** After so many days it is no proof any more. */
  readonly staleAfterDays: number
  /** Where it is from. */
  readonly sources: readonly string[]
  readonly rows: readonly Row[]
}

/** How old a table is, and whether that is too old. */
export function ageOf(
  { asOf, staleAfterDays }: DatedTable<unknown>,
  now: Date,
): { readonly days: number; readonly stale: boolean } {
  const days = Math.floor((now.getTime() - Date.parse(`${asOf}T00:00:00Z`)) / 86_400_000)
  return { days, stale: days > staleAfterDays }
}
