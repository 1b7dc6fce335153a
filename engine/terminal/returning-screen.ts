import { cut, widthOf } from '../language/width.ts'
import { visibleLine } from '../language/control.ts'
import type { Entry, State } from '../model/fact.ts'
import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'
import { changedTexts } from './changed-so-far.ts'
import { whereText } from './header.ts'
import { aside, labelled, type Look, paragraph, symbol } from './look.ts'

/** What a run that goes on is told about itself. */
export interface ReturningExtra {
  readonly runId: string
  /** How long ago its process died or ended. */
  readonly agoMs: number
  readonly killed: boolean
  /** Run clock now. */
  readonly nowMs: number
}

/** After a crash, a stop, a failure: what is done, what is unknown, what is next, which checks are too old. */
export function returningScreen(
  look: Look,
  given: { readonly plan: Plan; readonly state: State; readonly extra: ReturningExtra },
): string[] {
  const { plan, state, extra } = given
  const where = whereText(plan, look, state)
  const front = [where, extra.runId].filter((text) => text !== '').join('   ')
  const right = extra.killed ? look.words.screen.killedAgo(extra.agoMs) : ''
  const free = look.width - widthOf(front) - widthOf(right) - 4
  const head =
    free >= 12
      ? aside(look, `${front}  ${cut(visibleLine(plan.runbook.title), free)}`, right)
      : [...aside(look, front, right), cut(visibleLine(plan.runbook.title), look.width)]
  const old = oldChecks(plan, state, extra.nowMs)
  return [
    ...head,
    '',
    ...partLines(look, plan, state),
    ...(old.length === 0
      ? []
      : paragraph(look, `${symbol(look, 'warning')} ${look.words.screen.oldChecks(old.join(', '), plan.limits.freshMs)}`)),
    '',
    ...labelled(
      look,
      look.words.screen.changed,
      changedTexts(look, plan, state).join(look.ascii ? ' - ' : ' · ') || look.words.screen.nothingChanged,
    ),
    '',
  ]
}

type Standing = 'done' | 'by-hand' | 'skipped' | 'simulated' | 'unknown' | 'failed' | 'open'

/** How a step stands: the worst of its entries. */
function standingOf(plan: Plan, state: State, part: PlanPart): Standing {
  const own = plan.steps.filter((entry) => entry.part === part.id && counts(entry))
  const known = own.map((entry) => latest(state, entry.id)?.status)
  if (known.includes('unknown')) return 'unknown'
  if (known.includes('failed') || own.some(({ id }) => latest(state, id)?.cause !== undefined)) return 'failed'
  if (known.length === 0 || known.some((status) => status === undefined || status === 'open')) return 'open'
  if (known.includes('by-hand')) return 'by-hand'
  if (known.includes('simulated')) return 'simulated'
  return known.includes('skipped') ? 'skipped' : 'done'
}

const counts = ({ type }: PlanEntry): boolean =>
  type !== 'rollback' && type !== 'undo-by-hand' && type !== 'on-failure' && type !== 'guard' && type !== 'cleanup'

function latest(state: State, id: string): Entry | undefined {
  return Object.entries(state.entries)
    .filter(([key]) => key.replace(/[[@].*$/s, '') === id)
    .map(([, entry]) => entry)
    .at(-1)
}

function partLines(look: Look, plan: Plan, state: State): string[] {
  const { screen, settled } = look.words
  const parts = plan.parts.filter(({ section }) => section === 'procedure')
  const named = parts.map((part, index) => ({
    name: part.number ?? String(index + 1),
    title: part.title,
    standing: standingOf(plan, state, part),
  }))
  const done = named.filter(({ standing }) => standing === 'done').map(({ name }) => name)
  // What failed is tried again before what has not begun.
  const next = named.find(({ standing }) => standing === 'open' || standing === 'failed')
  const nextText = `${look.words.colon} ${screen.next}`
  return [
    ...(done.length === 0 ? [] : paragraph(look, `${symbol(look, 'ok')} ${done.join(', ')}`, '  ')),
    ...named.flatMap(({ name, title, standing }) => {
      switch (standing) {
        case 'done':
        case 'open':
          return []
        case 'unknown':
          return paragraph(look, `${symbol(look, 'unknown')} ${name}  ${title}${look.words.colon} ${screen.wasRunning}`, '  ')
        case 'failed':
          return paragraph(look, `${symbol(look, 'failed')} ${name}  ${title}${name === next?.name ? nextText : ''}`, '  ')
        case 'by-hand':
        case 'skipped':
        case 'simulated':
          return paragraph(look, `  ${name}  ${title}${look.words.colon} ${settled[standing]}`, '  ')
      }
    }),
    ...(next?.standing === 'open' ? paragraph(look, `  ${next.name}  ${next.title}${nextText}`, '  ') : []),
    ...(next === undefined && named.every(({ standing }) => standing !== 'unknown')
      ? paragraph(look, screen.nothingNext, '  ')
      : []),
  ]
}

function oldChecks(plan: Plan, state: State, nowMs: number): string[] {
  return plan.steps
    .filter(({ type, id, freshMs }) => {
      const entry = state.entries[id]
      return type === 'check' && freshMs !== null && entry?.status === 'done' && nowMs - entry.endedMs > freshMs
    })
    .map(({ id }) => id)
}
