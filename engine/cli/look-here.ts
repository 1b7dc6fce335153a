import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { whyNoRuns } from '../journal/run-folder.ts'
import type { Plan } from '../model/plan.ts'
import { isAtLeast } from './minimum-version.ts'
import { toolVersion } from './tool-root.ts'
import { toolsOf } from './missing-here.ts'
import type { Prepared } from './prepare.ts'

/** One thing that a run needs of this machine, and whether it is here. */
export interface Look {
  readonly name: string
  readonly what: 'tool' | 'param' | 'secret' | 'reach' | 'permission'
  readonly here: boolean
  /** Where it was looked for, its version, or how to give it. */
  readonly hint: string
  /** Numbers of the steps that need it. */
  readonly steps: readonly string[]
}

/** What a run of this plan needs here: tools, values, permissions. Runs nothing and touches nothing. */
export function looksOf(prepared: Prepared, plan: Plan): readonly Look[] {
  return [
    ...toolsOf(plan).map(({ name, here, steps }): Look => ({ name, what: 'tool', here, hint: 'PATH', steps })),
    ...valueLooks(prepared, plan),
    ...permissionLooks(prepared),
    ...versionLook(prepared),
  ]
}

function valueLooks({ planned, root }: Prepared, plan: Plan): Look[] {
  const lacking = (planned?.missing ?? []).flatMap(({ id, what, hint }): Look[] =>
    what === 'secret' || what === 'param' ? [{ name: id, what, here: false, hint, steps: stepsWith(plan, id) }] : [],
  )
  const names = new Set(lacking.map(({ name }) => name))
  const others = plan.params.flatMap(({ name, ref, secret, origin }): Look[] => {
    if (names.has(name)) return []
    const what = secret ? 'secret' : 'param'
    const file = ref?.startsWith('file:') === true ? ref.slice('file:'.length) : null
    const here = file === null || canRead(isAbsolute(file) ? file : join(root, file))
    return [{ name, what, here, hint: file === null ? (ref ?? origin) : `file ${file}`, steps: stepsWith(plan, name) }]
  })
  return [...lacking, ...others]
}

function permissionLooks({ path, runs, file }: Prepared): Look[] {
  const why = whyNoRuns(runs)
  return [
    { name: runs, what: 'permission', here: why === null, hint: why ?? 'the records', steps: [] },
    { name: file, what: 'permission', here: canRead(path), hint: canWrite(path) ? 'the history row' : PATCH, steps: [] },
  ]
}

const PATCH = 'read-only: the row is kept as a patch'

function versionLook({ runbook }: Prepared): Look[] {
  const wanted = runbook?.info.minimumVersion?.value ?? null
  if (wanted === null) return []
  return [
    {
      name: 'reprise',
      what: 'tool',
      here: isAtLeast(toolVersion(), wanted),
      hint: `${toolVersion()}, at least ${wanted}`,
      steps: [],
    },
  ]
}

function stepsWith(plan: Plan, name: string): string[] {
  const parts = new Set(plan.steps.filter(({ reads }) => reads.includes(name)).map(({ part }) => part))
  return plan.parts.flatMap(({ id, number }) => (parts.has(id) && number !== null ? [number] : []))
}

const canRead = (path: string): boolean => can(path, constants.R_OK) && statSync(path).isFile()

/** The mode counts for root too: an author's 0444 is meant. */
const canWrite = (path: string): boolean => can(path, constants.W_OK) && (statSync(path).mode & 0o222) !== 0

function can(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
