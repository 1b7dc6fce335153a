import { z } from 'zod'
import type { Json, StepOutcome, Verdict } from '../../../engine/index.ts'
import { lineTime } from './line-time.ts'
import { compilePattern } from './pattern.ts'
import type { Pattern } from './pattern.ts'
import type { Rule } from './scan-bytes.ts'
import type { ScannedLog } from './scan-log.ts'

/** A regular expression of an author. */
export const regex = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const compiled = compilePattern(text)
    if (!compiled.ok)
      context.addIssue({ code: 'custom', message: `Invalid input: expected a regular expression (RE2): ${compiled.reason}` })
  })

/** A pattern with what it means and what to do then. */
export const patternInput = z.strictObject({
  pattern: regex.describe('Regular expression (RE2) that is looked for in each line.'),
  description: z.string().optional().describe('What such a line means.'),
  action: z.string().optional().describe('What to do then: `page_on_call`, `create_ticket`, `investigate`, `log_only`.'),
  atMost: z.int().min(0).default(0).describe('So many of them are no finding yet.'),
})

/** Most severe first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const

/** What was found of one pattern. */
export interface Finding {
  readonly severity: (typeof SEVERITIES)[number]
  readonly given: z.infer<typeof patternInput>
  readonly pattern: Pattern
  count: number
  readonly first: { readonly file: string; readonly lines: readonly string[] }[]
}

/** What decides whether a line counts. */
export interface Judging {
  readonly ignore: readonly Pattern[]
  readonly zone: string
}

/** Events of a pattern that are kept as evidence. */
const KEPT = 3

/** A pattern that the input's schema has let through. */
export function ready(source: string): Pattern {
  const compiled = compilePattern(source)
  if (!compiled.ok) throw new Error(compiled.reason)
  return compiled.pattern
}

/** One finding a pattern, still empty. */
export function findingsOf(
  given: Readonly<Record<Finding['severity'], readonly z.infer<typeof patternInput>[]>>,
): readonly Finding[] {
  return SEVERITIES.flatMap((severity) =>
    given[severity].map((one) => ({ severity, given: one, pattern: ready(one.pattern), count: 0, first: [] })),
  )
}

/** Counts a pattern's events in one file, and keeps the first ones. */
export function ruleOf(
  finding: Finding,
  {
    part,
    given,
    sinceMs,
    now,
  }: { readonly part: string; readonly given: Judging; readonly sinceMs: number | null; readonly now: Date },
): Rule {
  return {
    pattern: finding.pattern,
    ignore: given.ignore,
    onFind: (firstLine, find) => {
      const at = sinceMs === null ? null : lineTime(firstLine, { zone: given.zone, now })
      // What does not say its time may be of now.
      if (at !== null && sinceMs !== null && at < sinceMs) return
      finding.count += 1
      if (finding.first.length < KEPT) finding.first.push({ file: part, lines: find().lines })
    },
  }
}

/** What `capture=` can name. */
export interface Found {
  readonly critical: number
  readonly warning: number
  readonly info: number
  readonly actions: string[]
  readonly first: string
  readonly bytes: number
}

type Said = Required<Pick<StepOutcome<Found>, 'summary' | 'verdict' | 'output' | 'evidence'>>

/** What was found and what could not be read, put together: what is certain comes first. */
export function judge(findings: readonly Finding[], scanned: readonly ScannedLog[], isMark: boolean): Said {
  const found = findings.filter((one) => one.count > one.given.atMost)
  const countOf = (severity: Finding['severity']): number =>
    found.filter((one) => one.severity === severity).reduce((sum, { count }) => sum + count, 0)
  const lost = scanned.flatMap((one) => (one.ok ? (one.gap === null ? [] : [one.gap]) : [one.reason]))
  const counts = { critical: countOf('critical'), warning: countOf('warning'), info: countOf('info') }
  const verdict: Verdict = counts.critical > 0 ? 'fail' : lost.length > 0 ? 'unknown' : counts.warning > 0 ? 'warn' : 'pass'
  const bytes = scanned.reduce((sum, one) => sum + (one.ok ? one.bytes : 0), 0)
  const told = found.filter(({ severity }) => severity !== 'info').map(textOf)
  const nothing = isMark ? `${scanned.length} logs: their ends are noted` : `nothing in ${bytes} bytes of ${scanned.length} logs`
  const evidence: Json = {
    bytes,
    logs: scanned.map((one) =>
      one.ok ? { files: one.files, bytes: one.bytes, offset: one.place.offset } : { reason: one.reason },
    ),
    found: findings
      .filter(({ count }) => count > 0)
      .map(({ severity, given: { pattern: source, action = '' }, count, first }) => ({
        severity,
        pattern: source,
        action,
        count,
        first: first.map((one) => ({ file: one.file, lines: [...one.lines] })),
      })),
  }
  return {
    verdict,
    summary: [...told, ...lost].join('; ') || nothing,
    output: {
      ...counts,
      actions: [...new Set(found.flatMap(({ given: { action } }) => (action === undefined ? [] : [action])))],
      first: found[0]?.first[0]?.lines.at(-1) ?? '',
      bytes,
    },
    evidence,
  }
}

function textOf({ severity, given: { pattern: source, description, action }, count, first }: Finding): string {
  const what = description ?? `/${source}/`
  const todo = action === undefined ? '' : ` (${action})`
  return `${severity}: ${what}, ${count} ×${todo}: ${first[0]?.lines.at(-1) ?? ''}`
}
