import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { locateHistory } from '../document/history-locate.ts'
import { sha256 } from '../journal/chain.ts'
import { blocksToEdit, lint } from '../lint/lint.ts'
import { rules } from '../lint/rules.ts'
import { runsFolder } from './runs-folder.ts'
import type { Answers } from '../model/answers.ts'
import type { PlanParam } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Block, Item, Lang, Runbook } from '../model/runbook.ts'
import type { StepType } from '../model/step-type.ts'
import type { Planned, PlanRequest } from '../plan/request.ts'
import { wordsOf, type Words } from '../words/words.ts'
import { readAnswers } from '../workspace/answers.ts'
import { type Environment, listEnvironments, readEnvironment, readHosts } from '../workspace/inventory.ts'
import { linksFrom } from '../workspace/links.ts'
import { type Project, readProject } from '../workspace/project-file.ts'
import { findRoot } from '../workspace/root.ts'
import type { Given } from './flags.ts'
import { languageOf } from './language.ts'
import { withoutEchoes } from './echoes.ts'
import { type Chain, idsOf } from './hand-over.ts'
import { versionProblems } from './minimum-version.ts'
import { planWithOthers } from './plan-others.ts'
import { sorted, usageProblem } from './problems-out.ts'
import { readSource } from './read-source.ts'
import { readerOf } from './reader.ts'
import { loadUsed, openSteps, type StepSource } from './step-types.ts'

/** A file, read as far as it could be: its runbook, what surrounds it, its plan, and all that is wrong. */
export interface Prepared {
  /** As the person named it. */
  readonly file: string
  readonly path: string
  readonly bytes: Uint8Array
  readonly source: string
  readonly runbook: Runbook | null
  readonly root: string
  readonly project: Project
  readonly runs: string
  readonly lang: Lang
  readonly words: Words
  readonly stepTypes: ReadonlyMap<string, StepType>
  readonly steps: StepSource | null
  readonly environments: readonly string[]
  readonly answers: Answers | null
  readonly planned: Planned | null
  readonly problems: readonly Problem[]
  /** What answers may name: this runbook's ids, and those of the runbooks that it may hand over to. */
  readonly ids: ReadonlySet<string>
  /** Parameters that flags and answers may give: this runbook's, and those of the others. */
  readonly params: ReadonlySet<string>
}

/** What a command wants of a file beside the flags. */
export interface Wanted {
  readonly unattended: boolean
  /** Reads only: no row will be written. */
  readonly noRow?: boolean
  /** Loads the checkout's own step types. */
  readonly trusted: boolean
  /** Of an earlier sitting: parameters are taken from there, and answers. */
  /** The runbooks that handed over to this one. */
  readonly chain?: Chain
  readonly recorded?: { readonly params: readonly PlanParam[]; readonly answers: Answers | null }
}

/** Reads a runbook with everything around it, lints it as a gate and plans it. Executes nothing, no `cmd:` either. */
export async function prepare(file: string, given: Given, wanted: Wanted): Promise<Prepared> {
  const path = resolve(file)
  const root = findRoot(dirname(path))
  const project = await readProject(root, rules)
  const runs = runsFolder(given, { root, runs: project.runs })
  const read = await readSource(file, path)
  const lang = languageOf({ flag: given.lang, file: read.runbook?.lang ?? null, project: project.lang })
  const base = { file, path, root, project, runs, lang, words: wordsOf(lang), ...read }
  const problems = [...project.problems, ...read.problems]
  const none = {
    stepTypes: new Map<string, StepType>(),
    steps: null,
    environments: [],
    answers: null,
    planned: null,
    ids: new Set<string>(),
    params: new Set<string>(),
  }
  if (read.runbook === null) return { ...base, ...none, problems: sorted(problems) }
  const runbook = read.runbook
  const steps = await openSteps({ root, folders: project.steps, extra: given.steps ?? [], trusted: wanted.trusted })
  const { stepTypes, problems: broken } = await loadUsed(steps, usedTypes(runbook))
  problems.push(...versionProblems(file, runbook), ...steps.problems, ...broken)
  const environments = await listEnvironments(project.inventory)
  const environment = await chooseEnvironment(given, project, { environments, root, problems })
  const answers = merged(wanted.recorded?.answers ?? null, await answersOf(given, problems))
  const { hosts, problems: hostProblems } = await readHosts({ folder: project.inventory, root })
  problems.push(...hostProblems)
  const found = lint(runbook, {
    stepTypes,
    hosts,
    inventoryNames: environment === null ? null : Object.keys(environment.values),
    ...linksFrom(dirname(path)),
    severities: project.policy.severities,
    interpreters: Object.keys(project.policy.interpreters),
    drill: given.drill !== undefined,
    gate: true,
  })
  const history = given.noHistory === true || wanted.noRow === true ? [] : historyProblems(file, read.source)
  const request = requestOf(given, wanted, {
    runbook,
    base,
    project,
    stepTypes,
    environment,
    environments,
    answers,
    found,
    problems,
  })
  const { own, ahead } = await planWithOthers(request, { path, given, wanted, prepareOther: prepare })
  const planned = own === null ? null : { ...own, missing: [...own.missing, ...ahead.missing] }
  const ids = new Set([...idsOf(own?.plan ?? null), ...ahead.ids])
  const params = new Set([...runbook.params.map(({ name }) => name.value), ...ahead.params])
  const plan = [...(planned?.problems ?? []), ...(planned?.warnings ?? [])]
  const all = withoutEchoes({ document: problems, lint: [...found, ...history], plan: [...plan, ...ahead.problems] })
  const told = all.map((one) => untrustedInstead(one, steps))
  return { ...base, stepTypes, steps, environments, answers, planned, ids, params, problems: sorted(told) }
}

/** Errors among problems: what refuses `plan` and `run`. */
export function errorsOf(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ severity }) => severity === 'error')
}

/** The step types that a runbook's blocks name. */
export function usedTypes(runbook: Runbook): string[] {
  const items: readonly Item[] = runbook.sections.flatMap((section) => [
    ...section.items,
    ...section.steps.flatMap((part) => [
      ...part.items,
      ...(part.type === 'phase' ? part.steps.flatMap((step) => step.items) : []),
    ]),
  ])
  const names = items.flatMap((item) => (item.type === 'block' ? useOf(item) : []))
  return [...new Set(names)]
}

function useOf({ attributes }: Block): string[] {
  return attributes.flatMap(({ name, value }) => (name.value === 'use' && value !== true ? [value.value] : []))
}

async function chooseEnvironment(
  given: Given,
  project: Project,
  {
    environments,
    root,
    problems,
  }: { readonly environments: readonly string[]; readonly root: string; readonly problems: Problem[] },
): Promise<Environment | null> {
  const [only] = environments
  const name =
    given.environment ??
    (environments.length === 1 && only !== undefined && !project.policy.production.includes(only) ? only : null)
  if (name === null) return null
  const read = await readEnvironment({ folder: project.inventory, name, root })
  problems.push(...read.problems)
  return read.environment
}

async function answersOf(given: Given, problems: Problem[]): Promise<Answers | null> {
  if (given.answers === undefined) return null
  const read = await readAnswers({ path: resolve(given.answers), file: given.answers })
  problems.push(...read.problems)
  return read.answers
}

/** New answers beside those of the record; the new ones win. */
function merged(before: Answers | null, now: Answers | null): Answers | null {
  if (before === null || now === null) return now ?? before
  return {
    ...now,
    params: { ...before.params, ...now.params },
    steps: { ...before.steps, ...now.steps },
    onFailure: { ...before.onFailure, ...now.onFailure },
  }
}

function historyProblems(file: string, source: string): Problem[] {
  const place = locateHistory(source)
  if (place.ok) return []
  const cause = place.cause === null ? null : { value: 'the other table', place: place.cause }
  return [
    {
      file,
      place: place.place,
      severity: 'error',
      rule: place.rule,
      reason: place.reason,
      expected: [],
      actual: null,
      nearest: null,
      cause,
    },
  ]
}

interface Around {
  readonly runbook: Runbook
  readonly base: Pick<Prepared, 'file' | 'path' | 'root' | 'bytes'>
  readonly project: Project
  readonly stepTypes: ReadonlyMap<string, StepType>
  readonly environment: Environment | null
  readonly environments: readonly string[]
  readonly answers: Answers | null
  readonly found: readonly Problem[]
  readonly problems: Problem[]
}

function requestOf(given: Given, wanted: Wanted, around: Around): PlanRequest | null {
  const { runbook, base, project, stepTypes, environment, environments, answers, found, problems } = around
  const flags = flagsOf(given, problems)
  if (given.from !== undefined && (given.reason === undefined || given.reason.trim() === ''))
    problems.push(
      usageProblem({ rule: 'from', reason: 'Unexpected --from without --reason, expected --reason TEXT: it is recorded' }),
    )
  const { policy } = project
  return {
    runbook,
    file: base.file,
    sha256: sha256(base.bytes),
    reader: readerOf(runbook),
    stepTypes,
    environment,
    // One that was named and is not there has its own problem.
    environments: environment === null && given.environment !== undefined ? [] : environments,
    production: environment !== null && policy.production.includes(environment.name),
    flags,
    answers,
    ...(wanted.recorded === undefined ? {} : { recorded: wanted.recorded.params }),
    env: (name) => process.env[name],
    readFile: (path) => readValue(isAbsolute(path) ? path : join(base.root, path)),
    drill: given.drill === undefined ? null : given.drill === true ? 'partial' : (given.drill as PlanRequest['drill']),
    allow: given.allow ?? [],
    meant: given.iMean ?? null,
    unattended: wanted.unattended,
    from: given.from === undefined ? null : { step: given.from, reason: given.reason ?? '' },
    policy,
    edits: blocksToEdit(found, runbook, policy.severities),
    hash: sha256,
  }
}

function readValue(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function flagsOf(given: Given, problems: Problem[]): Record<string, string> {
  const flags: Record<string, string> = {}
  for (const text of given.param ?? []) {
    const at = text.indexOf('=')
    const name = at < 0 ? text : text.slice(0, at)
    const value = at < 0 ? '' : text.slice(at + 1)
    const wrong = (reason: string): void => void problems.push(usageProblem({ rule: 'param-flag', reason, actual: name }))
    if (!/^[A-Za-z_]\w*$/.test(name) || at < 0) wrong(`Unexpected -p ${text}, expected NAME=VALUE`)
    else if (Object.hasOwn(flags, name)) wrong(`Unexpected second -p ${name}, expected each parameter once`)
    else if (value.includes('\0')) wrong(`Unexpected NUL in -p ${name}, expected text`)
    else flags[name] = value
  }
  return flags
}

/** A step type of a checkout that is not trusted is there, and not loaded: the problem says so. */
function untrustedInstead(problem: Problem, { untrusted }: StepSource): Problem {
  if (problem.rule !== 'unknown-step-type' || !untrusted.some(({ name }) => name === problem.actual)) return problem
  const reason = `Unexpected step type "${problem.actual ?? ''}": it is this checkout's own, which this account does not trust yet; --trust loads it`
  return { ...problem, reason, nearest: null }
}
