import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { executedText } from '../document/executed-text.ts'
import { readRows } from '../document/history-read.ts'
import { decodeRunbook, parseRunbook } from '../document/parse.ts'
import { realPath, type RunRecord } from '../local/record.ts'
import type { Runbook } from '../model/runbook.ts'
import type { DrTest } from '../model/schedule.ts'
import { openLeftovers } from './leftovers.ts'
import { evidenceOf, withFollowUps, type Evidence } from '../report/evidence.ts'
import type { Leftovers } from '../report/leftovers.ts'
import { rowEvidence } from '../report/row-evidence.ts'

/** Where a schedule stands, and the runs that are recorded here. */
export interface Programme {
  /** Folder of the schedule's file. */
  readonly folder: string
  readonly root: string
  /** Oldest first. */
  readonly records: readonly RunRecord[]
}

/** What earlier drills of a test left to clean up, in any environment. */
export function leftoversFor({ runbook, next }: DrTest, programme: Programme): Leftovers[] {
  const files = [...(runbook === null ? [] : [runbook]), ...next].flatMap((name) => pathOf(name, programme) ?? [])
  const real = new Set(files.map(realPath))
  return openLeftovers(programme.records.filter(({ origin }) => real.has(origin.file)))
}

/** A runbook that a schedule names: beside the schedule, else below the root. Null where neither is there. */
export function pathOf(name: string, { folder, root }: Pick<Programme, 'folder' | 'root'>): string | null {
  return [resolve(folder, name), resolve(root, name)].find((path) => existsSync(path)) ?? null
}

/** All that speaks for or against a test, oldest first: recorded runs, and the rows of runs whose record is elsewhere. */
export function evidenceFor(test: DrTest, programme: Programme): Evidence[] {
  if (test.runbook === null) return []
  const wanted = (name: string): Evidence[] => runsOf(name, { ...test, targets: { rtoMs: null, rpoMs: null } }, programme)
  const main = runsOf(test.runbook, test, programme)
  return test.next.length === 0 ? main : withFollowUps(main, test.next.map(wanted))
}

function runsOf(name: string, test: DrTest, programme: Programme): Evidence[] {
  const path = pathOf(name, programme)
  if (path === null) return []
  const now = readRunbook(path)
  const text = now === null ? null : executedText(now)
  const real = realPath(path)
  const own = programme.records.filter(({ origin }) => origin.file === real && origin.writesRow)
  const recorded = own.map((record) => {
    const then = readRunbook(join(record.folder, 'runbook.md'))
    const hasCommands = then !== null && commandsIn(then)
    const isWhole = !hasCommands || record.plan.steps.some(({ type }) => type === 'command')
    return evidenceOf(record, { test, changed: then === null || text !== executedText(then), isWhole })
  })
  const ids = new Set(own.map(({ runId }) => runId))
  const rtoMs = now?.info.rtoTarget?.value.ms ?? null
  const rows = now === null ? [] : readRows(now.source)
  const told = rows.flatMap(({ run, cells }) => {
    const id = run?.replaceAll('`', '') ?? null
    return id !== null && ids.has(id.replace(/\/\d+$/, '')) ? [] : (rowEvidence(id, cells, { test, rtoMs }) ?? [])
  })
  return [...recorded, ...told].toSorted((a, b) => a.atMs - b.atMs)
}

function readRunbook(path: string): Runbook | null {
  if (!existsSync(path)) return null
  const decoded = decodeRunbook(readFileSync(path))
  return decoded.ok ? parseRunbook({ file: path, source: decoded.source }).runbook : null
}

function commandsIn({ sections }: Runbook): boolean {
  return sections.some(({ name, steps }) => {
    const parts = steps.flatMap((part) => (part.type === 'phase' ? part.steps : [part]))
    return (
      name === 'procedure' && parts.some(({ items }) => items.some((item) => item.type === 'block' && item.role === 'command'))
    )
  })
}
