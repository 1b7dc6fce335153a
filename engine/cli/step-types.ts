import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { Problem } from '../model/problem.ts'
import type { StepType } from '../model/step-type.ts'
import { openStepLoader, type StepLoader } from '../workspace/step-load.ts'
import { scanSteps, type StepFile } from '../workspace/step-scan.ts'
import { configFolder, isTrusted, trust } from '../workspace/trust.ts'
import { ownStepsFolder, toolRoot } from './tool-root.ts'

/** The step types that a call may use. */
export interface StepSource {
  readonly loader: StepLoader
  readonly problems: readonly Problem[]
  /** Of the checkout, which this account has not trusted: named, not loaded. */
  readonly untrusted: readonly StepFile[]
}

const config = (): string => configFolder(process.env, homedir())

/** Scans the tool's own folder, the folders given, and the checkout's where it is trusted. Loads nothing. */
export async function openSteps(given: {
  readonly root: string
  readonly folders: readonly string[]
  readonly extra: readonly string[]
  readonly trusted: boolean
}): Promise<StepSource> {
  const own = ownStepsFolder()
  // In the tool's own checkout its step types are the tool's own: they are loaded already, built.
  const mine = new Set([resolve(own), resolve(toolRoot(), 'steps')])
  const project = given.folders.filter((folder) => !mine.has(resolve(folder)))
  const there = await scanSteps(project)
  const isOurs = there.steps.length === 0 || given.trusted || (await isTrusted(given.root, { config: config() }))
  const folders = [own, ...given.extra.map((folder) => resolve(folder)), ...(isOurs ? project : [])]
  const { steps, problems } = await scanSteps(folders)
  return { loader: openStepLoader(steps, { toolRoot: toolRoot() }), problems, untrusted: isOurs ? [] : there.steps }
}

/** Remembers that this account lets the checkout's code be loaded. */
export function trustCheckout(root: string): Promise<void> {
  return trust(root, { config: config() })
}

/** Loads the step types that a runbook names; all of them where one is not known, so that the nearest can be told. */
export async function loadUsed(
  { loader }: StepSource,
  used: readonly string[],
): Promise<{ readonly stepTypes: ReadonlyMap<string, StepType>; readonly problems: readonly Problem[] }> {
  const known = new Set(loader.names)
  return used.every((name) => known.has(name)) ? loader.loadAll(used) : loader.loadAll()
}
