import { visible, visibleLine } from '../language/control.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Block, Runbook } from '../model/runbook.ts'
import type { StepType } from '../model/step-type.ts'
import type { Words } from '../words/words.ts'
import { attributeText } from './attributes.ts'
import { quoted } from './export-bash.ts'

/** The runbook with every value set, bare fences, and typed steps replaced by what to do by hand. */
export function exportMarkdown(
  plan: Plan,
  {
    runbook,
    stepTypes,
    words,
  }: { readonly runbook: Runbook; readonly stepTypes: ReadonlyMap<string, StepType>; readonly words: Words },
): string {
  const lines = runbook.source.split(/\r\n|\n|\r/)
  const entries = new Map(plan.steps.map((entry) => [entry.line, entry]))
  const replaced = new Map<number, readonly string[]>()
  for (const section of runbook.sections)
    for (const item of section.items)
      if (item.type === 'block') replaceBlock(item, { lines, replaced, entry: entries.get(item.place.line) ?? null, stepTypes })
  const title = runbook.title.place.line
  const out = lines.flatMap((line, index) => {
    const own = replaced.get(index + 1) ?? [line]
    return index + 1 === title ? [...own, '', ...valueLines(plan, words)] : own
  })
  return visible(out.join('\n')).replace(/\n*$/, '\n')
}

interface Replacing {
  readonly lines: readonly string[]
  readonly replaced: Map<number, readonly string[]>
  readonly entry: PlanEntry | null
  readonly stepTypes: ReadonlyMap<string, StepType>
}

function replaceBlock(block: Block, { lines, replaced, entry, stepTypes }: Replacing): void {
  const at = block.place.line
  const fence = /^(.*?)(`{3,}|~{3,})/.exec(lines[at - 1] ?? '')
  if (fence === null) return
  const [, indent = '', marks = '```'] = fence
  const use = block.kind === 'yaml' && block.role !== 'none' ? attributeText(block, 'use') : null
  if (use === null) {
    replaced.set(at, [`${indent}${marks}${block.lang ?? ''}`])
    return
  }
  const byHand = entry?.byHand ?? stepTypes.get(use)?.summary ?? use
  const rest = ' '.repeat(indent.length)
  const end = closingLine(lines, at, marks)
  for (let line = at + 1; line <= end; line += 1) replaced.set(line, [])
  const quoted = byHand.includes('\n') ? [`**${use}**:`, '', ...fenced(byHand)] : [`**${use}**: ${byHand}`]
  replaced.set(
    at,
    quoted.map((line, index) => `${index === 0 ? indent : rest}> ${line}`.trimEnd()),
  )
}

/** Lines as they are: a comment of a shell is no heading. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const marks = '`'.repeat(longest + 1)
  return [`${marks}text`, ...text.split('\n'), marks]
}

function closingLine(lines: readonly string[], from: number, marks: string): number {
  for (let line = from + 1; line <= lines.length; line += 1) {
    const text = (lines[line - 1] ?? '').replace(/^[\s>]*/, '').trimEnd()
    if (text.length >= marks.length && text === (marks[0] ?? '`').repeat(text.length)) return line
  }
  return lines.length
}

function valueLines({ params, environment, hash }: Plan, { exported: says, origins }: Words): string[] {
  const known: Readonly<Record<string, string>> = origins
  const rows = params.map(({ name, value, secret, ref, origin }) => {
    const shown = secret || value === null ? (ref ?? 'ask') : value
    return `| \`${name}\` | ${cell(shown)} | ${cell(known[origin] ?? origin)} |`
  })
  const exports = params.flatMap(({ name, value, secret }) =>
    secret || value === null ? [] : [`export ${name}=${quoted(value)}`],
  )
  const about = says.about(hash.slice(0, 12), environment)
  const { name, value, from } = says.columns
  if (params.length === 0) return [about]
  const script = exports.length === 0 ? [] : ['', '```bash', `export ENVIRONMENT=${quoted(environment)}`, ...exports, '```']
  return [about, '', `| ${name} | ${value} | ${from} |`, '| --- | --- | --- |', ...rows, ...script]
}

function cell(text: string): string {
  return visibleLine(text).replaceAll('|', '\\|')
}
