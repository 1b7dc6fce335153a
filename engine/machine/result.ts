import type { BlockId, Key, Result, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { partsOf } from './keys.ts'
import { lookUp } from './look-up.ts'

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
  const counted = state.effects.filter(({ key }) => entryOf(key)?.undoNone !== true)
  const undone = counted.filter(({ undo }) => undo === 'undone').map(({ key }) => key)
  const notUndone = counted
    .filter(({ undo }) => undo !== 'undone')
    .map(({ key, undo }) => ({ key, why: whyNot(entryOf(key), undo) }))
  const keysOf = (status: string): Key[] => Object.keys(state.entries).filter((key) => state.entries[key]?.status === status)
  const failure = failureOf(plan, state)
  const failedStep = failure === null ? null : partsOf(failure).block
  const sentence = { undone, notUndone, byHand: keysOf('by-hand'), skipped: keysOf('skipped'), simulated: keysOf('simulated') }
  const signal = /^signal (\w+)/.exec(state.course.why)?.[1]
  const rolled: Result | null = undone.length === 0 ? null : notUndone.length === 0 ? 'rolled-back' : 'rolled-back-in-part'
  if (signal !== undefined)
    return { result: rolled ?? 'aborted', exitCode: 128 + (SIGNALS[signal] ?? 15), failedStep, ...sentence }
  if (rolled !== null) return { result: rolled, exitCode: rolled === 'rolled-back' ? 3 : 5, failedStep, ...sentence }
  if (state.course.why === 'stopped') return { result: 'stopped', exitCode: 10, failedStep, ...sentence }
  if (failure === null) return { result: 'passed', exitCode: 0, failedStep: null, ...sentence }
  const failing = entryOf(failure)
  // A guard that fails before the start is a check that failed: its command never began.
  const isRead = failing?.effect === 'reads' || state.entries[failure]?.cause?.type === 'guard'
  const readsOnly = state.effects.length === 0 && isRead && failing?.type !== 'manual'
  return { result: 'failed', exitCode: readsOnly ? 4 : 1, failedStep, ...sentence }
}

function whyNot(entry: PlanEntry | undefined, undo: State['effects'][number]['undo']): RunResult['notUndone'][number]['why'] {
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
      return undo === 'refused' ? 'refused' : 'kept'
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
  return Object.keys(state.entries).find((key) => state.entries[key]?.status === 'failed' && spoils(key)) ?? null
}
