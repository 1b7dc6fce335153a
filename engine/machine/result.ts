import type { BlockId, Key, Result, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { changesOf } from './context.ts'
import { keyOf, partsOf } from './keys.ts'
import { isForward, lookUp } from './look-up.ts'

/** How a run ended, and what its one sentence says. */
export interface RunResult {
  readonly result: Result
  readonly exitCode: number
  readonly failedStep: BlockId | null
  readonly undone: readonly Key[]
  /** With why: no rollback written, by hand, failed, refused. */
  readonly notUndone: readonly {
    readonly key: Key
    readonly why: 'none-written' | 'by-hand' | 'failed' | 'refused' | 'unknown' | 'kept'
  }[]
  readonly byHand: readonly Key[]
  readonly skipped: readonly Key[]
  readonly simulated: readonly Key[]
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** The result of the facts so far: `rulings.md`'s table of results and exit codes. */
export function resultOf(plan: Plan, state: State): RunResult {
  const at = lookUp(plan)
  const entryOf = (key: Key): PlanEntry | undefined => at.byId.get(partsOf(key).block)
  const changes = changesOf({ state, at })
  const counted = changes.filter(({ key }) => entryOf(key)?.undoNone !== true)
  const isByHand = (key: Key): boolean =>
    state.entries[key]?.status === 'by-hand' ||
    (entryOf(key)?.undo.some((id) => at.byId.get(id)?.type === 'undo-by-hand') ?? false)
  const undone = counted.filter(({ undo }) => undo === 'undone').map(({ key }) => key)
  const notUndone = counted
    .filter(({ undo }) => undo !== 'undone')
    .map(({ key, undo }) => ({ key, why: whyNot(entryOf(key), undo, isByHand(key)) }))
  const keysOf = (status: string): Key[] => Object.keys(state.entries).filter((key) => state.entries[key]?.status === status)
  const failure = failureOf(plan, state)
  const failedStep = failure === null ? null : partsOf(failure).block
  const sentence = { undone, notUndone, byHand: keysOf('by-hand'), skipped: keysOf('skipped'), simulated: keysOf('simulated') }
  const signal = /^signal (\w+)/.exec(state.course.why)?.[1]
  const isWhole = notUndone.length === 0 && !sectionFailed(plan, state)
  const rolled: Result | null = undone.length === 0 ? null : isWhole ? 'rolled-back' : 'rolled-back-in-part'
  if (signal !== undefined)
    return { result: rolled ?? 'aborted', exitCode: 128 + (SIGNALS[signal] ?? 15), failedStep, ...sentence }
  if (rolled !== null) return { result: rolled, exitCode: rolled === 'rolled-back' ? 3 : 5, failedStep, ...sentence }
  if (state.course.why === 'stopped') return { result: 'stopped', exitCode: 10, failedStep, ...sentence }
  if (failure === null && /^(?:end|hand-over)/.test(state.course.why))
    return { result: 'passed', exitCode: 0, failedStep: null, ...sentence }
  if (failure === null && counted.length === 0) return { result: 'stopped', exitCode: 10, failedStep: null, ...sentence }
  const isRead = failure !== null && onlyRead(state, failure, entryOf(failure))
  return { result: 'failed', exitCode: isRead && changes.length === 0 ? 4 : 1, failedStep, ...sentence }
}

/** Is there nothing that a further way back would do: no change with an undo, no section, no clean-up that is still due? */
export function isNothingLeft(plan: Plan, state: State): boolean {
  const at = lookUp(plan)
  const changes = changesOf({ state, at })
  const canUndo = changes.some(({ key, undo }) => {
    const entry = at.byId.get(partsOf(key).block)
    if (undo === 'undone' || undo === 'by-hand' || entry === undefined || entry.undoNone) return false
    return entry.undo.length > 0 || entry.undoSelf || state.entries[key]?.status === 'by-hand'
  })
  if (canUndo) return false
  const isDue = ({ id }: PlanEntry): boolean => {
    const entry = state.entries[keyOf(id, null, state.round)]
    return entry?.undone !== true && (entry === undefined || entry.status === 'open')
  }
  if (changes.length > 0 && at.afterRollback.some(isDue)) return false
  return !Object.values(state.entries).some(({ attempts, cause }) => attempts.cleanup !== undefined && cause !== undefined)
}

/** What failed has only looked: a check, a guard before the start, a condition that says nothing. */
function onlyRead(state: State, key: Key, entry: PlanEntry | undefined): boolean {
  if (entry === undefined || entry.type === 'manual') return false
  const seen = state.entries[key]
  return entry.effect === 'reads' || seen?.cause?.type === 'guard' || seen?.attempts.run === undefined
}

/** The *Rollback* section is part of the way back. */
function sectionFailed(plan: Plan, state: State): boolean {
  return lookUp(plan).afterRollback.some(({ id }) => {
    const entry = state.entries[keyOf(id, null, state.round)]
    return entry?.attempts.undo !== undefined && entry.undone !== true
  })
}

function whyNot(
  entry: PlanEntry | undefined,
  undo: State['effects'][number]['undo'],
  isByHand: boolean,
): RunResult['notUndone'][number]['why'] {
  switch (undo) {
    case 'failed':
      return 'failed'
    case 'by-hand':
      return 'by-hand'
    case 'unknown':
      return 'unknown'
    case 'undone':
    case 'due':
    case 'refused':
      if (entry !== undefined && entry.undo.length === 0 && !entry.undoSelf) return 'none-written'
      if (undo === 'due') return 'kept'
      return isByHand ? 'by-hand' : 'refused'
  }
}

/** The key whose failure spoils the result: the first one that was not mended, warned of only, or a notification. */
export function failureOf(plan: Plan, state: State): Key | null {
  const at = lookUp(plan)
  const spoils = (key: Key): boolean => {
    const entry = at.byId.get(partsOf(key).block)
    return entry === undefined || (entry.onFailure !== 'warn' && entry.type !== 'notify')
  }
  if (state.failure !== null && spoils(state.failure.key)) return state.failure.key
  const hasFailed = (key: Key): boolean => {
    const entry = state.entries[key]
    const plain = at.byId.get(partsOf(key).block)
    if (entry?.status === 'failed') return true
    const isOpen = entry?.status === 'open' || entry?.status === 'unknown'
    return (
      isOpen && entry.cause !== undefined && plain !== undefined && (isForward(plain) || entry.attempts.cleanup !== undefined)
    )
  }
  return Object.keys(state.entries).find((key) => hasFailed(key) && spoils(key)) ?? null
}
