import type { Plan, PlanEntry, PlanGroup, PlanPart } from '../model/plan.ts'
import type { Runbook } from '../model/runbook.ts'
import { visible, visibleLine } from '../language/control.ts'

/** The plan as one script for a person without the tool: values quoted, secrets as `${NAME:?}`, what is done by hand as comments. */
export function exportBash(plan: Plan, runbook: Runbook): string {
  const steps = new Map<string, PlanEntry[]>()
  for (const entry of plan.steps) steps.set(entry.part, [...(steps.get(entry.part) ?? []), entry])
  const parts = plan.parts.filter(({ section }) => section === 'prereq' || section === 'procedure')
  const seen = new Set<string>()
  const body = parts.flatMap((part) => {
    const group = plan.groups.find(({ id }) => id === part.group)
    if (group === undefined) return partLines(part, steps.get(part.id) ?? [])
    if (seen.has(group.id)) return []
    seen.add(group.id)
    return groupLines(group, parts, steps)
  })
  const head = ['#!/usr/bin/env bash', ...comment(`${runbook.title.value}\nPlan ${plan.hash}`), 'set -euo pipefail', 'set -a', '']
  const setup = plan.setup === '' ? [] : [plan.setup, '']
  return `${[...head, ...valueLines(plan), '', ...setup, ...body].join('\n')}\n`
}

function valueLines({ params, environment, drill }: Plan): string[] {
  const given = params.map(({ name, value, secret, ref }) => {
    if (value !== null && !secret) return `${name}=${quoted(value)}`
    return `: "\${${name}:?${ref === null || ref === 'ask' ? 'set it first' : `from ${ref.replace(/["\\$`}]/g, '')}`}}"`
  })
  return [
    ...given,
    `ENVIRONMENT=${quoted(environment)}`,
    `DRILL=${quoted(drill ?? '')}`,
    'RUN_ID="${RUN_ID:-by-hand}"',
    'RUN_DIR="${RUN_DIR:-$(mktemp -d)}"',
  ]
}

/** A word as bash reads it back unchanged. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function comment(text: string): string[] {
  return visible(text)
    .split('\n')
    .map((line) => (line === '' ? '#' : `# ${line}`))
}

function groupLines(group: PlanGroup, parts: readonly PlanPart[], steps: ReadonlyMap<string, readonly PlanEntry[]>): string[] {
  const inside = parts.filter((part) => part.group === group.id).flatMap((part) => partLines(part, steps.get(part.id) ?? []))
  return [
    'ITEM_INDEX=0',
    `for ${group.variable} in ${group.items.map(quoted).join(' ')}; do`,
    'ITEM_INDEX=$((ITEM_INDEX + 1))',
    ...inside,
    'done',
    '',
  ]
}

function partLines({ number, title, prose }: PlanPart, entries: readonly PlanEntry[]): string[] {
  const heading = comment(`--- ${number === null ? '' : `${number}. `}${title}`)
  const lines = [...heading, ...(prose === '' ? [] : comment(prose)), '']
  const condition = entries.find(({ onlyIf }) => onlyIf !== null)?.onlyIf
  if (condition != null) lines.push(...comment(`Only if: ${condition}`))
  return [...lines, ...entries.flatMap(entryLines)]
}

function entryLines(entry: PlanEntry): string[] {
  switch (entry.type) {
    case 'rollback':
    case 'undo-by-hand':
    case 'on-failure':
    case 'guard':
    case 'cleanup':
      return [...comment(`${entry.type} (${entry.id}), not part of the way forward:\n${entry.byHand ?? entry.text}`), '']
    case 'manual':
    case 'box':
    case 'judge':
    case 'record':
    case 'approval':
    case 'decision':
      return [...comment(`By hand (${entry.id}): ${entry.text}`), ...pause(entry), '']
    case 'check':
    case 'command':
    case 'wait':
    case 'validate':
    case 'notify':
      return runLines(entry)
  }
}

function pause({ type, title, captures }: PlanEntry): string[] {
  const [capture] = captures
  if (type === 'record' && capture !== undefined) return [`read -r -p ${quoted(`${capture.name}: `)} ${capture.name}`]
  return [`read -r -p ${quoted(`${visibleLine(title)} - done? [Enter] `)} _`]
}

function runLines({ id, use, byHand, text, host, type, everyMs }: PlanEntry): string[] {
  if (use !== null)
    return [
      ...comment(`${id}: ${use}, by hand:\n${byHand ?? text}`),
      `echo ${quoted(`${id} is done by hand: see above`)} >&2`,
      'exit 1',
      '',
    ]
  const where = host === null ? [] : comment(`On ${host}: log in there, then paste`)
  if (type === 'wait')
    return [...where, `until (`, text, `); do sleep ${Math.max(1, Math.round((everyMs ?? 1000) / 1000))}; done`, '']
  return [...where, text, '']
}
