import { rmSync } from 'node:fs'
import { createRun, UnsafeFolder } from '../journal/run-folder.ts'
import type { Holder, Lock } from '../journal/locks.ts'
import { initialState } from '../machine/evolve.ts'
import { RULES } from '../machine/rules.ts'
import type { Fact, Settings } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Values } from '../model/value.ts'
import { type Origin, writeRecord } from './record.ts'
import { lockRun, takenOver, takeOverOf } from './run-lock.ts'
import { runSitting, type SittingEnd, type SittingTools } from './sitting.ts'

export interface StartRequest extends SittingTools {
  readonly plan: Plan
  /** The runbook's exact bytes. */
  readonly bytes: Uint8Array
  readonly origin: Origin
  readonly settings: Settings
  readonly started: Values
  /** What the operator said before the start. */
  readonly notes: readonly string[]
  /** Why it is taken over; null: it is not. */
  readonly takeOver: string | null
  /** What was approved before the start, and has been checked. */
  readonly approvals: readonly Extract<Fact, { type: 'heard' }>[]
  readonly toolVersion: string
  readonly random: () => number
  /** The run has an id now: who follows it can be told. */
  readonly onRun?: (runId: string, folder: string) => void
}

/** A sitting's end, or who holds the lock. */
export type Ran =
  | { readonly status: 'ended'; readonly end: SittingEnd }
  | { readonly status: 'locked'; readonly holder: Holder | null; readonly stuck?: true }
  | { readonly status: 'unwritable'; readonly reason: string }

/** Begins a run: lock, folder, record, first fact; then to its end. A refused start leaves no folder and no row. */
export async function startRun(request: StartRequest): Promise<Ran> {
  const { plan, origin, settings, runs } = request
  const now = request.clock?.now() ?? new Date()
  let folder: string | null = null
  let lock: Lock | null = null
  let id = ''
  try {
    const created = createRun({ runs, now, random: request.random })
    folder = created.folder
    id = created.id
    const locked = await lockRun({
      folder: origin.locks,
      file: origin.file,
      environment: plan.environment,
      run: id,
      operator: settings.operator.name,
      takeOver: takeOverOf(request),
    })
    if (!locked.ok) {
      rmSync(folder, { recursive: true, force: true })
      return { ...locked, status: 'locked' }
    }
    lock = locked.lock
    writeRecord(folder, { plan, runbook: request.bytes, origin, sitting: 1 })
  } catch (error) {
    lock?.release()
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
    if (!isOfTheDisk(error)) throw error
    return { status: 'unwritable', reason: error.message }
  }
  request.onRun?.(id, folder)
  const end = await runSitting({
    ...request,
    runId: id,
    folder,
    lock,
    after: null,
    states: [initialState(), initialState()],
    first: [
      { type: 'run-started', rules: RULES, tool: request.toolVersion, plan: plan.hash, settings, values: request.started },
      ...takenOver(request),
      ...request.approvals,
      ...request.notes.map((text): Fact => ({
        type: 'heard',
        message: { say: 'note', text, step: null },
        by: settings.operator,
      })),
    ],
  })
  return { status: 'ended', end }
}

const DISK: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EEXIST',
  'EIO',
  'EMFILE',
  'ELOOP',
  'EISDIR',
])

/** The disk is full, read-only, or not ours: no bug. */
function isOfTheDisk(error: unknown): error is Error {
  return error instanceof UnsafeFolder || (error instanceof Error && DISK.has((error as NodeJS.ErrnoException).code ?? ''))
}
