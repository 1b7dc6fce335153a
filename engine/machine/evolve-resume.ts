/* What a new sitting does to the state of the one before: it goes on, or what was done is undone. */
import type { Entry, Fact, Key } from '../model/fact.ts'
import { type Changing, entryOf, NOT_CONFIRMED } from './changing.ts'
import { forgetCursor } from './cursor.ts'
import type { Mutable } from './mutable.ts'

/** Folds the start of a further sitting into the state. */
export function resumed(next: Changing, fact: Extract<Fact, { type: 'run-resumed' }>): void {
  const { ended, course } = next
  forgetCursor(next)
  if (fact.plan !== next.plan) next.approvals = []
  Object.assign(next, { sitting: fact.sitting, plan: fact.plan, settings: fact.settings, ended: null, pending: [] })
  next.people.pausedAtMs = next.ms
  if (!next.operators.includes(fact.settings.operator.name)) next.operators.push(fact.settings.operator.name)
  loseSecrets(next)
  if (next.rules >= 3 && fact.course === 'forward') lookAgain(next)
  if (fact.course === 'rolling') {
    // A sitting that died while it was rolling back goes on there: what is undone stays so, what could not be is not tried again.
    if (ended === null && course.type === 'rolling' && course.to === fact.to) return
    tryUndoAgain(next)
    if (next.rules >= 2) cleanUpAgain(next)
    next.branch = null
    next.course = { type: 'rolling', why: 'asked', to: fact.to, item: null }
    return
  }
  // A sitting that died while it was closing goes on there: its clean-up is not left out.
  if (ended === null && course.type === 'closing') return
  for (const key of fact.edited) entryOf(next, key).edited = true
  if (course.type === 'rolling' || ended !== null) tryUndoAgain(next)
  next.course = { type: 'forward', why: '', to: null, item: null }
  // What waits, or died, goes on where it stood; what had ended begins again where it failed.
  if (ended === null && course.type === 'forward') return
  if (ended?.result === 'waiting') return
  next.branch = null
  next.failure = null
  beginAgain(next)
}

/** A clean-up that failed is still to do. */
function cleanUpAgain(next: Changing): void {
  for (const entry of Object.values(next.entries))
    if (entry.attempts.cleanup !== undefined && entry.cause !== undefined) openAgain(entry)
}

/** What could not be undone may be undone now. */
function tryUndoAgain(next: Changing): void {
  for (const effect of next.effects) if (effect.undo === 'failed' || effect.undo === 'refused') effect.undo = 'due'
  for (const entry of Object.values(next.entries)) {
    delete entry.undoAsked
    if ((entry.attempts.undo ?? 0) > 0 && entry.undone !== true && entry.cause?.type !== 'runner-died') delete entry.cause
  }
}

/** Whether a change took effect is looked up at each resume: what did not hold may hold now. */
function lookAgain(next: Changing): void {
  for (const entry of Object.values(next.entries)) {
    if (entry.status !== 'unknown' || entry.cause === undefined) continue
    delete entry.verified
    if (entry.cause.text === NOT_CONFIRMED) entry.cause.text = ''
  }
}

/** What failed is tried again, a change only where it is known that it did not take effect; what was undone is done again. */
function beginAgain(next: Changing): void {
  const changed = new Set(next.effects.map(({ key }) => key))
  const mayHaveChanged = (key: Key, { attempts, retryAfterMs }: Mutable<Entry>): boolean =>
    next.rules >= 3 && changed.has(key) && attempts.run !== undefined && retryAfterMs === undefined
  for (const [key, entry] of Object.entries(next.entries)) {
    delete entry.undone
    const isFailed = entry.status === 'failed' || (entry.status === 'open' && entry.cause !== undefined)
    if ((isFailed || entry.status === 'unknown') && mayHaveChanged(key, entry))
      Object.assign(entry, { status: 'unknown', doubted: true, confirmed: false })
    else if (isFailed || entry.attempts.cleanup !== undefined) openAgain(entry)
  }
  let undoneMs = Infinity
  const isUndone = ({ undo }: Changing['effects'][number]): boolean => undo === 'undone' || undo === 'by-hand'
  for (const { key } of next.effects.filter(isUndone)) {
    const entry = entryOf(next, key)
    undoneMs = Math.min(undoneMs, entry.attempts.run === undefined ? entry.endedMs : entry.startedMs)
    openAgain(entry)
  }
  next.effects = next.effects.filter((effect) => !isUndone(effect))
  // What was seen after a change that is no longer there has not been seen.
  const stillThere = new Set(next.effects.map(({ key }) => key))
  for (const [key, entry] of Object.entries(next.entries))
    if (entry.endedMs >= undoneMs && !stillThere.has(key) && ['done', 'confirmed', 'not-needed'].includes(entry.status))
      openAgain(entry)
}

function openAgain(entry: Mutable<Entry>): void {
  Object.assign(entry, { status: 'open', confirmed: false, endedMs: -1 })
  for (const stale of ['cause', 'looked', 'row', 'doubted'] as const) delete entry[stale]
}

/** Values of secret captures died with their process: what only reads runs again, the others are asked for. */
function loseSecrets(next: Changing): void {
  const changed = new Set(next.effects.map(({ key }) => key))
  for (const [key, entry] of Object.entries(next.entries)) {
    const names = Object.entries(entry.captured ?? {}).flatMap(([name, value]) =>
      'ref' in value && value.ref.startsWith('run:') ? [name] : [],
    )
    if (names.length === 0) continue
    if (changed.has(key)) next.lost.push(...names.filter((name) => !next.lost.includes(name)))
    else entry.status = 'open'
  }
}
