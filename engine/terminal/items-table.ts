import { visibleLine } from '../language/control.ts'
import { widthOf } from '../language/width.ts'
import type { Entry, Key, Stamped, State, StepId } from '../model/fact.ts'
import type { Plan, PlanEntry, PlanGroup } from '../model/plan.ts'
import { took } from '../words/took.ts'
import { type Look, symbol } from './look.ts'
import { blockIn, itemIn, entryOf } from './step-place.ts'

/** More lines than this would push the rest away: what is over and what is to come are counted then. */
const LINES = 4
const GAP = 3
const ASIDE = new Set<PlanEntry['type']>(['rollback', 'undo-by-hand', 'on-failure', 'guard', 'cleanup'])

type Standing = { readonly is: 'to-go' | 'going' | 'failed' | 'undone' } | { readonly is: 'done'; readonly tookMs: number }

interface Item {
  readonly name: string
  readonly standing: Standing
}

/** The repeated step or phase that a key belongs to, or null. */
export function groupOfKey(plan: Plan, key: Key | null): PlanGroup | null {
  if (key === null || itemIn(key) === null) return null
  const group: StepId | null = entryOf(plan, blockIn(key))?.group ?? null
  return plan.groups.find(({ id }) => id === group) ?? null
}

/** `  kafka-1 ✓ canary 4m10s   kafka-2 ✓ 4m02s   kafka-3 …   kafka-4`: how each item of a repeated step stands. */
export function itemsTable(look: Look, group: PlanGroup, given: { readonly plan: Plan; readonly state: State }): string[] {
  const items = standings(group, given)
  const all = wrapped(
    look,
    items.map((item, index) => itemText(look, item, index === 0)),
  )
  return all.length <= LINES ? all : wrapped(look, shortened(look, items))
}

/** What stays on screen of it: once the last item is over, and once one has failed for good. */
export function itemsAfter(look: Look, stamped: Stamped, given: { readonly plan: Plan; readonly state: State }): string[] {
  if (stamped.type === 'course-set' && stamped.item !== null) {
    const group = given.plan.groups.find(({ id }) => id === stamped.to)
    return group === undefined ? [] : itemsTable(look, group, given)
  }
  if (stamped.type !== 'step-ended' && stamped.type !== 'step-settled') return []
  const group = groupOfKey(given.plan, stamped.key)
  const isForward = stamped.type === 'step-settled' || stamped.purpose === 'run'
  return group !== null && isForward && areAllDone(group, given) ? itemsTable(look, group, given) : []
}

/** Is every item of it over, and well? */
function areAllDone(group: PlanGroup, given: { readonly plan: Plan; readonly state: State }): boolean {
  return standings(group, given).every(({ standing }) => standing.is === 'done')
}

function standings(group: PlanGroup, { plan, state }: { readonly plan: Plan; readonly state: State }): Item[] {
  const blocks = plan.steps.filter((entry) => entry.group === group.id && !ASIDE.has(entry.type)).map(({ id }) => id)
  const own = new Set(blocks)
  const round = state.round > 1 ? `@${state.round}` : ''
  const ofItem = new Map<string, { readonly key: Key; readonly entry: Entry }[]>()
  for (const [key, entry] of Object.entries(state.entries)) {
    const item = key.includes('[') ? itemIn(key) : null
    if (item === null || !key.endsWith(`]${round}`) || !own.has(blockIn(key))) continue
    ofItem.set(item, [...(ofItem.get(item) ?? []), { key, entry }])
  }
  const going = new Set(Object.values(state.open).map(({ key }) => (key === null ? null : itemIn(key))))
  return group.items.map((name) => {
    const seen = ofItem.get(name) ?? []
    return { name, standing: standingOf(seen, { count: blocks.length, isGoing: going.has(name), state }) }
  })
}

function standingOf(
  seen: readonly { readonly key: Key; readonly entry: Entry }[],
  { count, isGoing, state }: { readonly count: number; readonly isGoing: boolean; readonly state: State },
): Standing {
  const undo = state.effects.filter(({ key }) => seen.some((one) => one.key === key)).map((effect) => effect.undo)
  if (undo.length > 0 && undo.every((one) => one === 'undone' || one === 'by-hand')) return { is: 'undone' }
  if (seen.some(({ entry }) => entry.status === 'failed' || entry.cause !== undefined)) return { is: 'failed' }
  const isOver = seen.length === count && seen.every(({ entry }) => entry.status !== 'open' && entry.status !== 'unknown')
  if (!isOver) return { is: isGoing || seen.length > 0 ? 'going' : 'to-go' }
  const ran = seen.filter(({ entry }) => entry.startedMs > 0 || entry.endedMs > 0)
  const began = Math.min(...ran.map(({ entry }) => (entry.startedMs > 0 ? entry.startedMs : entry.endedMs)))
  return { is: 'done', tookMs: Math.max(0, ...ran.map(({ entry }) => entry.endedMs - began)) }
}

function itemText(look: Look, { name, standing }: Item, isFirst: boolean): string {
  const { items } = look.words.screen
  const shown = visibleLine(name)
  switch (standing.is) {
    case 'to-go':
      return shown
    case 'going':
      return `${shown} ${symbol(look, 'going')}`
    case 'failed':
      return `${shown} ${symbol(look, 'failed')}`
    case 'undone':
      return `${shown} ${symbol(look, 'failed')} ${items.undone}`
    case 'done':
      return `${shown} ${symbol(look, 'ok')}${isFirst ? ` ${items.canary}` : ''} ${took(standing.tookMs)}`
  }
}

/** What is over well and what is to come as numbers, the others by name. */
function shortened(look: Look, items: readonly Item[]): string[] {
  const { items: words } = look.words.screen
  const count = (is: Standing['is']): number => items.filter(({ standing }) => standing.is === is).length
  const named = items.filter(({ standing }) => standing.is !== 'done' && standing.is !== 'to-go')
  return [
    `${symbol(look, 'ok')} ${words.done(count('done'))}`,
    ...named.map((item) => itemText(look, item, false)),
    words.toGo(count('to-go')),
  ]
}

function wrapped(look: Look, texts: readonly string[]): string[] {
  const lines: string[] = []
  for (const text of texts) {
    const last = lines.at(-1)
    const longer = last === undefined ? null : `${last}${' '.repeat(GAP)}${text}`
    if (longer !== null && widthOf(longer) < look.width) lines[lines.length - 1] = longer
    else lines.push(`  ${text}`)
  }
  return lines
}
