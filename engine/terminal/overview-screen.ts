import { visibleLine } from '../language/control.ts'
import { cut, padEnd, widthOf } from '../language/width.ts'
import type { Words } from '../words/words.ts'
import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'
import { whereText } from './header.ts'
import { labelled, type Look, padded, paragraph, symbol } from './look.ts'
import { oneLine, undoTexts } from './undo-text.ts'

/** What the first screen says beside the plan: facts about earlier runs and about this machine. */
export interface OverviewExtra {
  /** `2026-11-02 staging, a.martin`, or null: never. */
  readonly lastGreen: string | null
  /** Median of the runs that passed. */
  readonly measured: { readonly ms: number; readonly runs: number } | null
  /** What changed since the last green run: `step 5 (9c1f2ab, 2 days ago)`. */
  readonly changed: string | null
  /** `kafka-failback.md, last green 2026-11-02`. */
  readonly wayBack: string | null
  /** Tools, credentials, files that are not here. */
  readonly missing: readonly string[]
  /** Anything else to know first: a section that will be added, a lock in another place. */
  readonly notes: readonly string[]
}

/** The first screen: what it is for, whether it can be trusted, what it will do. Touches nothing. */
export function overviewScreen(look: Look, plan: Plan, extra: OverviewExtra): string[] {
  const { overview } = look.words
  const dot = look.ascii ? ' - ' : ' · '
  const where = whereText(plan, look, null)
  const rest = look.width - widthOf(where) - 3
  const title = visibleLine(plan.runbook.title)
  const head =
    where === '' ? [cut(title, look.width)] : rest >= 12 ? [`${where}   ${cut(title, rest)}`] : [where, cut(title, look.width)]
  const targets = [
    plan.info.rto === null ? '' : overview.rtoTarget(oneLine(plan.info.rto)),
    plan.info.rpo === null ? '' : overview.rpoTarget(oneLine(plan.info.rpo)),
  ]
  const takes = [
    plan.info.estimated === null ? '' : overview.estimated(oneLine(plan.info.estimated)),
    extra.measured === null ? overview.neverMeasured : overview.measured(extra.measured.ms, extra.measured.runs),
  ]
  const rows: readonly (readonly [string, string])[] = [
    [overview.when, plan.info.when === null ? '' : oneLine(inOneSentence(plan.info.when))],
    [
      overview.owner,
      [plan.info.owner === null ? '' : oneLine(plan.info.owner), ...targets].filter((text) => text !== '').join(dot),
    ],
    [overview.takes, takes.filter((text) => text !== '').join(', ')],
    [overview.lastGreen, extra.lastGreen ?? overview.neverRun],
    [overview.changed, extra.changed ?? ''],
    [overview.wayBack, extra.wayBack ?? ''],
  ]
  return [
    ...head,
    '',
    ...rows.filter(([, text]) => text !== '').flatMap(([label, text]) => labelled(look, label, text)),
    '',
    ...stepLines(look, plan),
    ...padded(simulatedLines(look, plan)),
    ...padded([
      ...extra.missing.flatMap((text, index) => labelled(look, index === 0 ? overview.missing : '', text)),
      ...callLines(look, plan),
      ...extra.notes.flatMap((text) => labelled(look, overview.notes, text)),
    ]),
    '',
  ]
}

function stepLines(look: Look, plan: Plan): string[] {
  const parts = plan.parts.filter(({ section }) => section === 'procedure')
  const first = plan.steps.find(({ flags, treatment }) => flags.irreversible && treatment !== 'simulate')
  const titleWidth = Math.min(44, Math.max(0, ...parts.map(({ title }) => widthOf(title))))
  let phase: string | null = null
  return parts.flatMap((part, index) => {
    const lines: string[] = []
    if (part.phase !== null && part.phase !== phase) lines.push(cut(`  ${visibleLine(part.phase)}`, look.width))
    phase = part.phase
    if (first?.part === part.id) lines.push(cut(`  ${symbol(look, 'warning')} ${look.words.overview.noReturn}`, look.width))
    const number = padEnd(part.number ?? String(index + 1), 3)
    const kinds = kindText(look, plan, part)
    const left = `  ${number}${padEnd(cut(visibleLine(part.title), titleWidth), titleWidth)}`
    const free = look.width - widthOf(left) - 3
    return [...lines, `${left}   ${cut(kinds, free)}`.trimEnd()]
  })
}

/** `check → decision`, `change · undo`, `by hand · undo by hand`, `SIMULATED here`. */
function kindText(look: Look, plan: Plan, part: PlanPart): string {
  const { overview, screen } = look.words
  const dot = look.ascii ? ' - ' : ' · '
  const own = plan.steps.filter((entry) => entry.part === part.id)
  const isProof = ({ type }: PlanEntry): boolean => type === 'validate' || type === 'wait' || type === 'judge'
  const isAside = ({ type }: PlanEntry): boolean =>
    type === 'rollback' || type === 'undo-by-hand' || type === 'on-failure' || type === 'guard' || type === 'record'
  const shown = own.filter((entry) => !isAside(entry) && !(isProof(entry) && entry.proves !== null))
  const kinds = [...new Set(shown.map(({ type }) => overview.kinds[type]))]
  const group = plan.groups.find(({ id }) => id === part.group)
  const simulated = own.some(({ treatment }) => treatment === 'simulate')
  const skipped = own.some(({ treatment }) => treatment === 'skip')
  const change = own.find((entry) => entry.effect !== 'reads' && (entry.undo.length > 0 || entry.undoSelf))
  const undo =
    change === undefined
      ? ''
      : own.some(({ type }) => type === 'undo-by-hand')
        ? overview.kinds['undo-by-hand']
        : undoTexts(look, plan, change).length > 0
          ? overview.undo
          : ''
  return [
    skipped || (simulated && kinds.length <= 1) ? '' : kinds.join(` ${symbol(look, 'to')} `),
    simulated || skipped ? '' : undo,
    simulated ? screen.simulated : '',
    skipped ? screen.skippedHere : '',
    group === undefined || group.parts[0] !== part.id ? '' : overview.repeated(group.items.length),
    plan.targets.rtoUntil === part.id ? overview.rtoClock : '',
  ]
    .filter((text) => text !== '')
    .join(dot)
}

function simulatedLines(look: Look, plan: Plan): string[] {
  const text = simulatedText(plan, look.words)
  return text === null ? [] : paragraph(look, `${symbol(look, 'warning')} ${text}`)
}

/** How many changes a drill only shows, and whether nothing but the checks is proven then; null where it shows none. */
export function simulatedText(plan: Plan, { overview }: Words): string | null {
  const changes = plan.steps.filter(
    ({ type, effect }) => (type === 'command' || type === 'manual' || type === 'notify') && effect !== 'reads',
  )
  const simulated = changes.filter(({ treatment }) => treatment === 'simulate').length
  if (plan.drill === null || simulated === 0) return null
  // What is left out, or cleaned up nevertheless, counts too.
  const isNothingDone =
    changes.every(({ treatment }) => treatment === 'simulate' || treatment === 'skip') &&
    !plan.steps.some(({ type, treatment }) => type === 'cleanup' && treatment !== 'simulate')
  return isNothingDone ? overview.simulatedAll(simulated, changes.length) : overview.simulatedSome(simulated, changes.length)
}

function callLines(look: Look, plan: Plan): string[] {
  const { overview } = look.words
  if (plan.escalation === null) return []
  const { attempts, elapsedMs } = plan.limits
  const when = [
    attempts === null ? '' : overview.afterAttempts(attempts),
    elapsedMs === null ? '' : overview.afterElapsed(elapsedMs),
  ].filter((text) => text !== '')
  const who = plan.escalation.contacts.map(oneLine).join(', ')
  return labelled(
    look,
    overview.call,
    [when.join(` ${overview.or} `), who].filter((text) => text !== '').join(look.words.colon === ':' ? ': ' : ' : '),
  )
}

/** A list as its items after one another. */
const inOneSentence = (text: string): string => text.replace(/\n+\s*[-*+] /g, '; ').replace(/^\s*[-*+] /, '')
