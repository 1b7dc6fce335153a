import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../model/problem.ts'
import { problemOf } from './problem-of.ts'

/** A step type that a folder offers; not loaded yet. */
export interface StepFile {
  /** Its path: `http/request.ts` is `http.request`. */
  readonly name: string
  readonly file: string
  /** The scanned folder. */
  readonly folder: string
}

/** What the folders offer, sorted by name. */
export interface StepScan {
  readonly steps: readonly StepFile[]
  readonly problems: readonly Problem[]
}

/** What a pack keeps for itself. */
const PRIVATE = new Set(['support', 'lab', 'node_modules'])

/** Lists step types by their paths and loads none. Folders that are not there offer nothing; a name that two files claim is a problem. */
export async function scanSteps(folders: readonly string[]): Promise<StepScan> {
  const found = (await Promise.all([...new Set(folders)].map(async (folder) => filesIn(folder, [])))).flat()
  const steps = new Map<string, StepFile>()
  const problems: Problem[] = []
  for (const step of found) {
    const first = steps.get(step.name)
    if (first === undefined) steps.set(step.name, step)
    else
      problems.push(
        problemOf(step.file, {
          rule: 'step-name',
          reason: `Unexpected second step type ${step.name}, expected another name: ${first.file} has it`,
          actual: step.name,
          cause: { value: first.file, place: { line: 1, column: 1, endLine: 1, endColumn: 1 } },
        }),
      )
  }
  return { steps: [...steps.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)), problems }
}

async function filesIn(folder: string, path: readonly string[]): Promise<StepFile[]> {
  const entries = await readdir(join(folder, ...path), { withFileTypes: true }).catch(() => [])
  const found: StepFile[] = []
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const stem = /^([^.].*)\.(?:js|mjs|ts)$/.exec(entry.name)?.[1]
    if (entry.isDirectory()) {
      if (!PRIVATE.has(entry.name) && !entry.name.startsWith('.')) found.push(...(await filesIn(folder, [...path, entry.name])))
    } else if (stem !== undefined && !stem.endsWith('.d') && !stem.endsWith('.test'))
      found.push({ name: [...path, stem].join('.'), file: join(folder, ...path, entry.name), folder })
  }
  return found
}
