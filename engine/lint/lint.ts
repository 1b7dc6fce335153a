import type { Problem, Severity } from '../model/problem.ts'
import type { Block, Runbook } from '../model/runbook.ts'
import type { Policy } from '../model/policy.ts'
import type { Finding, LintContext, Rule } from './define-rule.ts'
import { rules } from './rules.ts'
import { scriptsOf } from './spots.ts'

export type { LintContext } from './define-rule.ts'

/** What the catalogue has against a runbook, sorted by place, each thing once. The format's own problems come from `parseRunbook`. */
export function lint(runbook: Runbook, context: LintContext): Problem[] {
  const problems = new Map<string, Problem>()
  for (const rule of rules) {
    rule.check(runbook, context, (finding) => {
      const severity = severityOf(rule, finding, context)
      const { line, column } = finding.place
      const key = `${line}:${column}:${rule.name}`
      if (severity !== null && !problems.has(key)) problems.set(key, problemOf(runbook, rule, finding, severity))
    })
  }
  return [...problems.values()].sort(
    (one, other) =>
      one.place.line - other.place.line || one.place.column - other.place.column || (one.rule < other.rule ? -1 : 1),
  )
}

function severityOf(rule: Rule, finding: Finding, { severities }: LintContext): Severity | null {
  const set = rule.origin === 'format' || !Object.hasOwn(severities, rule.name) ? undefined : severities[rule.name]
  const severity = set ?? finding.severity ?? rule.severity
  if (severity === 'off') return null
  return severity === 'error' && finding.script?.bare === true ? 'warning' : severity
}

function problemOf(runbook: Runbook, rule: Rule, finding: Finding, severity: Severity): Problem {
  const { place, reason, expected = [], actual = null, nearest = null, cause = null } = finding
  return { file: runbook.file, place, severity, rule: rule.name, reason, expected, actual, nearest, cause }
}

/** Rules whose errors lie in a script and are warnings where the fence has no braces. */
const scriptRules = new Set([
  'array-across-blocks',
  'blank-after-backslash',
  'invisible-character',
  'literal-secret',
  'nothing-to-run',
  'placeholder',
  'prompt-sign',
  'secret-in-argv',
  'unbounded-loop',
  'undefined-variable',
  'unknown-host',
])

/**
 * Blocks without braces that cannot run as they stand, each with its first reason: attended they open for editing, unattended refuses.
 * Rules that the project file lowers do not count.
 */
export function blocksToEdit(
  problems: readonly Problem[],
  runbook: Runbook,
  severities: Policy['severities'] = {},
): ReadonlyMap<Block, string> {
  const bare = scriptsOf(runbook).filter(({ block }) => block.bare)
  const lines = new Map(bare.flatMap(({ block }) => [block.place, ...block.lines].map(({ line }) => [line, block] as const)))
  const found = new Map<Block, string>()
  for (const { rule, severity, place, reason } of problems) {
    const block = lines.get(place.line)
    const isLowered = Object.hasOwn(severities, rule) && severities[rule] !== 'error'
    if (!block || severity === 'info' || isLowered || !scriptRules.has(rule) || found.has(block)) continue
    found.set(block, reason)
  }
  return found
}
