import type { Plan, PlanEntry, PlanGroup, PlanPart } from '../model/plan.ts'
import type { Runbook } from '../model/runbook.ts'
import type { Words } from '../words/words.ts'
import { visible, visibleLine } from '../language/control.ts'
import { messageScript } from '../language/message.ts'

type Says = Words['exported']

/** What an export needs beside the plan. */
interface ExportContext {
  readonly runbook: Pick<Runbook, 'title'>
  readonly words: Words
  /** Something in it will be hidden: it would not do what the runbook does, and ends before it does anything. */
  readonly isRedacted?: boolean
}

/** The plan as one script for a person without the tool: values quoted, secrets as `${NAME:?}`, what is done by hand as comments. */
export function exportBash(plan: Plan, { runbook, words: { exported: says }, isRedacted = false }: ExportContext): string {
  const steps = new Map<string, PlanEntry[]>()
  for (const entry of plan.steps) steps.set(entry.part, [...(steps.get(entry.part) ?? []), entry])
  const parts = plan.parts.filter(({ section }) => section === 'prereq' || section === 'procedure')
  const seen = new Set<string>()
  const body = parts.flatMap((part) => {
    const group = plan.groups.find(({ id }) => id === part.group)
    if (group === undefined) return partLines(part, steps.get(part.id) ?? [], says)
    if (seen.has(group.id)) return []
    seen.add(group.id)
    return groupLines(group, { parts, steps, says })
  })
  const head = [
    '#!/usr/bin/env bash',
    ...comment(`${runbook.title.value}\n${says.plan(plan.hash)}`),
    'set -euo pipefail',
    ...(isRedacted ? [`echo ${quoted(says.redacted)} >&2; exit 1`] : []),
    'set -a',
    '',
  ]
  const setup = plan.setup === '' ? [] : [plan.setup, '']
  return `${[...head, ...valueLines(plan, says), '', ...setup, ...body].join('\n')}\n`
}

function valueLines({ params, environment, drill }: Plan, says: Says): string[] {
  const given = params.map(({ name, value, secret, ref }) => {
    if (value !== null && !secret) return `${name}=${quoted(value)}`
    return `: "\${${name}:?${ref === null || ref === 'ask' ? says.setFirst : says.from(ref.replace(/["\\$`}]/g, ''))}}"`
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

function groupLines(
  group: PlanGroup,
  {
    parts,
    steps,
    says,
  }: { readonly parts: readonly PlanPart[]; readonly steps: ReadonlyMap<string, readonly PlanEntry[]>; readonly says: Says },
): string[] {
  const inside = parts
    .filter((part) => part.group === group.id)
    .flatMap((part) => partLines(part, steps.get(part.id) ?? [], says))
  return [
    'ITEM_INDEX=0',
    `for ${group.variable} in ${group.items.map(quoted).join(' ')}; do`,
    'ITEM_INDEX=$((ITEM_INDEX + 1))',
    ...inside,
    'done',
    '',
  ]
}

function partLines({ number, title, prose }: PlanPart, entries: readonly PlanEntry[], says: Says): string[] {
  const heading = [...comment(`--- ${number === null ? '' : `${number}. `}${title}`), ...(prose === '' ? [] : comment(prose)), '']
  const condition = entries.find(({ onlyIf }) => onlyIf !== null)?.onlyIf ?? null
  const lines = entries.flatMap((entry) => entryLines(entry, says))
  if (condition === null) return [...heading, ...lines]
  const ask = `read -r -p ${quoted(says.onlyIf(visibleLine(condition)))} reprise_said`
  return [...heading, ask, 'if [ "$reprise_said" = y ]; then', ':', ...lines, 'fi', '']
}

function entryLines(entry: PlanEntry, says: Says): string[] {
  switch (entry.type) {
    case 'rollback':
    case 'undo-by-hand':
    case 'on-failure':
    case 'guard':
    case 'cleanup':
      return [...comment(`${says.aside(entry.type, entry.id)}\n${entry.byHand ?? entry.text}`), '']
    case 'manual':
    case 'box':
    case 'judge':
    case 'record':
    case 'approval':
      return [...comment(says.byHand(entry.id, entry.text)), ...pause(entry, says), '']
    case 'decision':
      return [...comment(says.byHand(entry.id, entry.text)), ...decisionLines(entry, says), '']
    case 'check':
    case 'command':
    case 'wait':
    case 'validate':
    case 'notify':
      return runLines(entry, says)
  }
}

function pause({ type, title, captures }: PlanEntry, says: Says): string[] {
  const [capture] = captures
  if (type === 'record' && capture !== undefined) return [`read -r -p ${quoted(`${capture.name}: `)} ${capture.name}`]
  return [`read -r -p ${quoted(says.done(visibleLine(title)))} _`]
}

/** A script knows one way only: where a row leads elsewhere it ends, and the person goes there. */
function decisionLines({ id, text }: PlanEntry, says: Says): string[] {
  return [
    `echo ${quoted(visible(text))}`,
    `read -r -p ${quoted(says.goOn)} reprise_said`,
    `[ "$reprise_said" = y ] || { echo ${quoted(says.leadsElsewhere(id))} >&2; exit 1; }`,
  ]
}

function runLines(entry: PlanEntry, says: Says): string[] {
  const { id, use, byHand, text, host, treatment } = entry
  if (treatment !== 'execute') return [...comment(`${says.notInDrill(id, treatment)}\n${byHand ?? text}`), '']
  if (use !== null)
    return [...comment(`${says.typed(id, use)}\n${byHand ?? text}`), `echo ${quoted(says.seeAbove(id))} >&2`, 'exit 1', '']
  if (host !== null) return [...comment(`${says.onHost(id, host)}\n${text}`), ...pause(entry, says), '']
  return [
    ...confirmLines(entry, says),
    ...(isPolled(entry) ? pollLines(entry, says) : bodyLines(entry, says)),
    ...judgeLines(entry, says),
    '',
  ]
}

/** What the run would have typed: the script stops where anything else is said. */
function confirmLines({ id, confirm, flags }: PlanEntry, says: Says): string[] {
  if (confirm.type !== 'typed' && !flags.irreversible) return []
  const name = confirm.type === 'typed' ? confirm.name : 'ENVIRONMENT'
  const word = `\${${name}:-yes}`
  const about = flags.irreversible ? says.irreversible(id) : id
  return [`read -r -p ${quoted(says.toRun(about))}"${word}: " reprise_said`, `[ "$reprise_said" = "${word}" ] || exit 1`]
}

function bodyLines({ type, text, interpreter, message, captures }: PlanEntry, says: Says): string[] {
  if (message === true) return [messageScript(text)]
  if (interpreter !== undefined) {
    let mark = 'REPRISE_END'
    while (text.includes(mark)) mark += '_'
    const [name, ...others] = captures.map((capture) => capture.name)
    const body = [`<<'${mark}'`, text, mark].join('\n')
    if (name === undefined) return [`${interpreter} /dev/stdin ${body}`]
    // Nothing that is no shell assigns: what it printed is the value.
    const all = others.map((other) => `${other}=$${name}`)
    return [`${name}=$(${interpreter} /dev/stdin ${body}`, ')', `printf '%s\\n' "$${name}"`, ...all]
  }
  // A message that fails stops nothing.
  return type === 'notify' ? ['(', text, `) || echo ${quoted(says.notSent)} >&2`] : [text]
}

const isPolled = ({ type, everyMs }: PlanEntry): boolean => type === 'wait' || everyMs !== null

/**
 * Polls as a run does, with its limit. The body stands in no condition, where bash would not stop at its first failure,
 * and what it assigns comes back.
 */
function pollLines(entry: PlanEntry, says: Says): string[] {
  const { id, everyMs, holdMs, timeoutMs } = entry
  const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000))
  const state = '"$RUN_DIR/reprise-state"'
  return [
    `reprise_until=$((SECONDS + ${seconds(timeoutMs)})) reprise_since=`,
    'while :; do',
    'set +e; ( set -e',
    ...bodyLines(entry, says),
    `export -p > ${state}`,
    '); reprise_status=$?; set -e',
    'if [ "$reprise_status" -ne 0 ]; then reprise_since=; elif [ -z "$reprise_since" ]; then reprise_since=$SECONDS; fi',
    `if [ -n "$reprise_since" ] && [ $((SECONDS - reprise_since)) -ge ${holdMs === null ? 0 : seconds(holdMs)} ]; then . ${state}; break; fi`,
    `if [ "$SECONDS" -ge "$reprise_until" ]; then echo ${quoted(says.notIn(id, seconds(timeoutMs)))} >&2; exit 1; fi`,
    `sleep ${seconds(everyMs ?? 1000)}`,
    'done',
  ]
}

/** What the run would judge by itself is asked. */
function judgeLines({ id, expect, assert }: PlanEntry, says: Says): string[] {
  const wanted = [...(expect === null ? [] : [says.outputIs(expect)]), ...(assert === null ? [] : [assert])]
  return wanted.length === 0
    ? []
    : [
        `read -r -p ${quoted(says.holds(id, visibleLine(wanted.join(says.and))))} reprise_said`,
        '[ "$reprise_said" = y ] || exit 1',
      ]
}
