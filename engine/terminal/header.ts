import { visibleLine } from '../language/control.ts'
import { cut, widthOf, wrap } from '../language/width.ts'
import type { BlockId, Key, State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Look } from './look.ts'
import { placeOf } from './step-place.ts'

/** What a header says besides where the run is. */
export interface HeaderRequest {
  readonly plan: Plan
  readonly state: State | null
  readonly step: BlockId | null
  readonly key: Key | null
  /** Run clock now. */
  readonly nowMs: number
  /** Put before the title: `✗ `. */
  readonly mark?: string
  /** Put before the time at the right: `by hand`. */
  readonly note?: string
  /** Instead of the step's title. */
  readonly title?: string
}

/**
 * The first line of every screen: environment (first, never cut), drill, step n/m, title, and the time that is left.
 * The title gives way; what still does not fit goes to lines of its own.
 */
export function header(look: Look, request: HeaderRequest): string[] {
  const { plan, step, key, mark = '', note = '' } = request
  const place = placeOf(plan, step, key)
  const where = whereText(plan, look, request.state)
  const item = place.item === null ? '' : look.words.head.item(visibleLine(place.item.name), place.item.n, place.item.of)
  const count = place.n > 0 && place.of > 0 ? `${place.n}/${place.of}` : ''
  const section = place.part === null || place.part.section === 'procedure' ? '' : look.words.sections[place.part.section]
  const title = visibleLine(
    request.title ?? (section !== '' && place.part?.title === '' ? section : (place.part?.title ?? plan.runbook.title)),
  )
  const right = [note, timeText(look, request)].filter((text) => text !== '').join(' · ')
  const dot = look.ascii ? ' - ' : ' · '
  const middle = `${mark}${[item, count].filter((text) => text !== '').join(dot)}`
  const front = [where, middle.trimEnd()].filter((text) => text !== '').join('   ')
  const lead = front === '' ? '' : `${front}${middle === '' ? '   ' : middle === mark ? ' ' : '  '}`
  const free = look.width - widthOf(lead) - (right === '' ? 0 : widthOf(right) + 2)
  if (free >= Math.min(12, widthOf(title))) {
    const left = `${lead}${cut(title, free)}`
    return [right === '' ? left.trimEnd() : `${left}${' '.repeat(look.width - widthOf(left) - widthOf(right))}${right}`]
  }
  const rest = right === '' ? [] : [`${' '.repeat(Math.max(0, look.width - widthOf(right)))}${cut(right, look.width)}`]
  return [...wrap(front, look.width), ...(title === '' ? [] : [cut(title, look.width)]), ...rest]
}

/** `staging · DRILL (partial)`, `PRODUCTION`; empty without environment and drill. */
export function whereText(plan: Plan, look: Look, state: State | null): string {
  const { head } = look.words
  const environment = visibleLine(plan.environment)
  const isNamedSo = environment.toLowerCase() === 'production'
  const drill = state?.settings.drill ?? plan.drill
  return [
    plan.production && isNamedSo ? head.production : environment,
    plan.production && !isNamedSo ? head.production : '',
    drill === null ? '' : head.drill(drill),
  ]
    .filter((text) => text !== '')
    .join(look.ascii ? ' - ' : ' · ')
}

/** Remaining RTO budget, else elapsed of the estimate, else elapsed. */
export function timeText(look: Look, { plan, state, nowMs }: Pick<HeaderRequest, 'plan' | 'state' | 'nowMs'>): string {
  const { head } = look.words
  if (plan.targets.rtoMs !== null) {
    const leftMs = plan.targets.rtoMs - (nowMs - Math.min(0, state?.settings.incidentMs ?? 0))
    return leftMs >= 0 ? head.rtoLeft(leftMs) : head.rtoOver(-leftMs)
  }
  if (plan.estimateMs !== null) return head.elapsedOf(nowMs, plan.estimateMs)
  return head.elapsed(nowMs)
}
