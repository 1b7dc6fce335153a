import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { sha256 } from '../journal/chain.ts'
import { writeDurable } from '../journal/durable.ts'
import { holderOf } from '../journal/holders.ts'
import { readPlainFile } from '../journal/own-file.ts'
import { readJournal, type ReadJournal } from '../journal/read.ts'
import type { Plan } from '../model/plan.ts'

/** Where a run's runbook stands on this machine: for the row, and for whoever goes on. */
export interface Origin {
  readonly file: string
  readonly root: string
  readonly noHistory: boolean
  /** A check leaves no row unless it is asked to. */
  readonly writesRow: boolean
  readonly locks: string
  /** The flags that shaped the plan, for whoever plans it again. */
  readonly inputs: Inputs
  /** What ends the drill as soon as it holds, in each of its sittings. */
  readonly abort?: AbortWatch
}

/** A condition that ends a drill, and the file whose values it is judged by as long as it runs. */
export interface AbortWatch {
  readonly text: string
  readonly file: string
}

export interface Inputs {
  readonly environment?: string
  readonly param?: readonly string[]
  readonly drill?: string | true
  readonly allow?: readonly string[]
  readonly iMean?: string
  readonly steps?: readonly string[]
}

/** What a run left on disk. */
export interface RunRecord extends ReadJournal {
  readonly runId: string
  readonly folder: string
  /** Of its last sitting. */
  readonly plan: Plan
  /** Of each sitting, by hash. */
  readonly plans: ReadonlyMap<string, Plan>
  readonly origin: Origin
  readonly live: boolean
}

/** Puts a run's plan, its runbook's bytes and where they come from into its folder, durably. A later sitting's are numbered. */
export function writeRecord(
  folder: string,
  {
    plan,
    runbook,
    origin,
    sitting,
  }: { readonly plan: Plan; readonly runbook: Uint8Array; readonly origin: Origin; readonly sitting: number },
): void {
  const n = sitting === 1 ? '' : `-${sitting}`
  writeDurable(join(folder, `plan${n}.json`), `${JSON.stringify(plan, null, 2)}\n`)
  writeDurable(join(folder, `runbook${n}.md`), runbook)
  writeDurable(join(folder, 'origin.json'), `${JSON.stringify(origin, null, 2)}\n`)
}

/** The snapshot of the runbook that a plan was made of, as the run's folder holds it; null where none is. */
export function snapshotOf(folder: string, { runbook }: Plan): Uint8Array | null {
  for (const name of readdirSync(folder).filter((one) => /^runbook(?:-\d+)?\.md$/.test(one))) {
    const bytes = readPlainFile(join(folder, name))
    if (sha256(bytes) === runbook.sha256) return bytes
  }
  return null
}

/** Reads a run; null when there is none of this id, its start was never journalled, or what is there is no record. */
export function readRecord(runs: string, id: string): RunRecord | null {
  const read = tryRecord(runs, id)
  return typeof read === 'string' ? null : read
}

/** Reads a run, or says why it cannot be read; null when there is none of this id. Records may be anybody's: nothing in them is believed. */
export function tryRecord(runs: string, id: string): RunRecord | string | null {
  const runId = id.replace(/\/\d+$/, '')
  if (!/^r-\d{6}-[a-z2-7]{4}$/.test(runId)) return null
  const folder = join(runs, runId)
  if (!existsSync(folder) || !existsSync(join(folder, 'journal.jsonl'))) return null
  try {
    if (!lstatSync(folder).isDirectory()) return 'it is no folder of its own'
    return recordIn(folder, { runs, runId })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function recordIn(folder: string, { runs, runId }: { readonly runs: string; readonly runId: string }): RunRecord | string | null {
  const plans = new Map<string, Plan>()
  let plan: Plan | null = null
  for (const name of planNames(folder)) {
    const read: unknown = JSON.parse(readPlainFile(join(folder, name)).toString('utf8'))
    if (!isPlan(read)) return `${name} is no plan`
    plan = read
    plans.set(plan.hash, plan)
  }
  if (plan === null) return isBegun(folder) ? 'plan.json is missing' : null
  const origin: unknown = JSON.parse(readPlainFile(join(folder, 'origin.json')).toString('utf8'))
  if (!isOrigin(origin)) return 'origin.json does not say where it comes from'
  const read = readJournal(folder)
  const last = read.facts.findLast(({ type }) => type === 'run-started' || type === 'run-resumed')
  const used = last !== undefined && 'plan' in last ? plans.get(last.plan) : undefined
  return {
    ...read,
    runId,
    folder,
    plan: used ?? plan,
    plans,
    origin,
    live: holderOf(runId, [origin.locks, join(runs, 'locks')]) !== null,
  }
}

/** Whether a run's start was journalled. */
const isBegun = (folder: string): boolean => (lstatSync(join(folder, 'journal.jsonl'), { throwIfNoEntry: false })?.size ?? 0) > 0

/** As far as lists and screens look into it without asking. */
function isPlan(read: unknown): read is Plan {
  const plan = read as Partial<Plan> | null
  const lists = [plan?.steps, plan?.parts, plan?.groups, plan?.params]
  const texts = [plan?.hash, plan?.environment, plan?.runbook?.title, plan?.runbook?.file, plan?.runbook?.sha256]
  return lists.every(Array.isArray) && texts.every((text) => typeof text === 'string')
}

function isOrigin(read: unknown): read is Origin {
  const origin = read as Partial<Origin> | null
  return [origin?.file, origin?.root, origin?.locks].every((text) => typeof text === 'string' && isAbsolute(text))
}

function planNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^plan(?:-\d+)?\.json$/.test(name))
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
}

/** The real path, or the path itself where there is none. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
