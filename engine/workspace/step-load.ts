import { register } from 'node:module'
import { sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Problem } from '../model/problem.ts'
import type { StepType } from '../model/step-type.ts'
import { problemOf } from './problem-of.ts'
import type { StepFile } from './step-scan.ts'

export type LoadedStep = { readonly ok: true; readonly step: StepType } | { readonly ok: false; readonly problem: Problem }

/** Loads step types one by one, each when it is asked for and once. */
export interface StepLoader {
  readonly names: readonly string[]
  load(name: string): Promise<LoadedStep | null>
  /** Loads these, or all. */
  loadAll(
    names?: readonly string[],
  ): Promise<{ readonly stepTypes: ReadonlyMap<string, StepType>; readonly problems: readonly Problem[] }>
}

/** Opens a loader over scanned files. `toolRoot` is the tool's own package, where other people's steps find `reprise` and `zod`. */
export function openStepLoader(steps: readonly StepFile[], { toolRoot }: { readonly toolRoot: string }): StepLoader {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const loaded = new Map<string, Promise<LoadedStep>>()
  const load = async (name: string): Promise<LoadedStep | null> => {
    const step = byName.get(name)
    if (step === undefined) return null
    const before = loaded.get(name)
    if (before !== undefined) return before
    const now = loadStep(step, toolRoot)
    loaded.set(name, now)
    return now
  }
  return {
    names: [...byName.keys()],
    load,
    async loadAll(names = [...byName.keys()]) {
      const stepTypes = new Map<string, StepType>()
      const problems: Problem[] = []
      for (const name of names) {
        const one = await load(name)
        if (one?.ok === true) stepTypes.set(name, one.step)
        else if (one?.ok === false) problems.push(one.problem)
      }
      return { stepTypes, problems }
    },
  }
}

async function loadStep({ name, file }: StepFile, toolRoot: string): Promise<LoadedStep> {
  if (!file.startsWith(toolRoot + sep)) lendModules(toolRoot)
  let module: { readonly default?: unknown }
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (error) {
    return wrong(file, whyNotLoaded(file, error))
  }
  const step = module.default
  const missing = whatIsMissing(step)
  if (missing !== null) return wrong(file, `Unexpected default export, expected a step type made by defineStep: ${missing}`)
  const type = step as StepType
  if (type.name !== name)
    return wrong(file, `Unexpected name "${type.name}", expected "${name}" as the file's path says`, type.name, [name])
  return { ok: true, step: type }
}

function wrong(file: string, reason: string, actual: string | null = null, expected: readonly string[] = []): LoadedStep {
  return { ok: false, problem: problemOf(file, { rule: 'step-file', reason, actual, expected }) }
}

function whyNotLoaded(file: string, error: unknown): string {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) }
  const first = message.split('\n')[0] ?? message
  if (file.endsWith('.ts') && (code === 'ERR_UNKNOWN_FILE_EXTENSION' || (error instanceof SyntaxError && !canStripTypes())))
    return `Unexpected TypeScript, expected .mjs or .js: Node ${process.versions.node} does not load .ts files (22.18 and newer do)`
  if (code === 'ERR_MODULE_NOT_FOUND') return `Unexpected import, expected one that can be found: ${first}`
  return `Unexpected error while it was loaded, expected a step type: ${first}`
}

/** Whether this Node takes types out of a `.ts` file by itself. */
function canStripTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: string | false }
  return typescript !== undefined && typescript !== false
}

function whatIsMissing(step: unknown): string | null {
  if (typeof step !== 'object' || step === null) return 'there is none'
  const fields = step as Readonly<Record<string, unknown>>
  for (const field of ['name', 'summary']) if (typeof fields[field] !== 'string') return `${field} is no text`
  if (!['reads', 'changes', 'destroys'].includes(String(fields['effect']))) return 'effect is not one of reads, changes, destroys'
  for (const field of ['input', 'output']) if (!isSchema(fields[field])) return `${field} is no zod schema`
  if (!Array.isArray(fields['examples'])) return 'examples is no list'
  for (const field of ['describe', 'byHand', 'execute']) if (typeof fields[field] !== 'function') return `${field} is no function`
  for (const field of ['check', 'undo'])
    if (fields[field] !== undefined && typeof fields[field] !== 'function') return `${field} is no function`
  return fields['effect'] === 'destroys' && fields['check'] === undefined ? 'one that destroys needs a check' : null
}

const isSchema = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { safeParse?: unknown }).safeParse === 'function'

/** Resolution of a step's imports: its own packages first, else `reprise` and `zod` as the tool has them. */
const HOOKS = `
let parentURL
export function initialize(data) { parentURL = data.parentURL }
export async function resolve(specifier, context, next) {
  try { return await next(specifier, context) }
  catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !/^(reprise|zod)($|[/])/.test(specifier) || context.parentURL === parentURL) throw error
    return next(specifier, { ...context, parentURL })
  }
}`

let isLent = false

/** Lets step files that stand anywhere import `reprise` and `zod`; done once, and only when there are such files. */
function lendModules(toolRoot: string): void {
  if (isLent) return
  isLent = true
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, {
    parentURL: 'data:',
    data: { parentURL: pathToFileURL(`${toolRoot}${sep}package.json`).href },
  })
}
