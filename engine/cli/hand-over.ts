/* A decision may lead to another runbook: this run ends, and that one starts in the same environment. */
import { realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { openJournal } from '../journal/journal.ts'
import { readJournal } from '../journal/read.ts'
import { machineClock } from '../local/clock.ts'
import type { SittingEnd } from '../local/sitting.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Missing } from '../plan/request.ts'
import type { Given } from './flags.ts'
import type { Prepared } from './prepare.ts'

/** The runbooks that a run may come from or lead to, and the ids that answers may name because of them. */
export interface Chain {
  /** Real paths, first to last. */
  readonly files: readonly string[]
  readonly ids: ReadonlySet<string>
  /** Parameters that flags and answers may give because of them. */
  readonly params: ReadonlySet<string>
}

/** A run that nothing led to. */
export const noChain: Chain = { files: [], ids: new Set(), params: new Set() }

/** What the runbooks further on add to a first refusal. */
export interface Ahead {
  readonly ids: ReadonlySet<string>
  readonly params: ReadonlySet<string>
  readonly missing: readonly Missing[]
  readonly problems: readonly Problem[]
}

/** The runbook that this run's last branch led to; null: none, or it waits. */
export function handedTo({ state }: Pick<SittingEnd, 'state'>): string | null {
  const { course, ended } = state
  if (course.type !== 'closing' || ended === null || ended.result === 'waiting') return null
  return /^hand-over: (.+)$/s.exec(course.why)?.[1] ?? null
}

/** Writes into the record of the run that ended which run goes on. It has ended: nobody else writes there. */
export function noteSuccessor({ folder, runId, state }: Pick<SittingEnd, 'folder' | 'runId' | 'state'>, next: string): void {
  const { facts, head } = readJournal(folder)
  const last = facts.at(-1)
  if (last === undefined) return
  const after = { seq: last.seq, hash: head, ms: last.ms, at: last.at }
  const journal = openJournal({ folder, run: runId, redact: (fact) => fact, clock: machineClock, after })
  try {
    const message = { say: 'note', text: `handed over to ${next}`, step: null } as const
    journal.append({ type: 'heard', message, by: state.settings.operator })
  } finally {
    journal.close()
  }
}

/** The flags of the other run: the same, with parameters of the same name from this one's plan, and those that are not this one's. */
export function flagsFor(given: Given, plan: Plan, names: ReadonlySet<string>): Given {
  const { param: _param, from: _from, plan: _plan, reason: _reason, approval: _approval, takeOver: _takeOver, ...kept } = given
  const param = plan.params.flatMap(({ name, value, secret }) =>
    names.has(name) && !secret && value !== null ? [`${name}=${value}`] : [],
  )
  const own = new Set(plan.params.map(({ name }) => name))
  const others = (given.param ?? []).filter((text) => !own.has(text.replace(/=.*$/s, '')))
  return { ...kept, param: [...param, ...others] }
}

/** Where the other runbook is, as a person here would name it. */
export function pathBeside(path: string, file: string): string {
  return relative(process.cwd(), join(dirname(path), file))
}

/** The chain with one more runbook and its ids. */
export function longer(chain: Chain, path: string, plan: Plan | null): Chain {
  return { ...chain, files: [...chain.files, realOf(path)], ids: new Set([...chain.ids, ...idsOf(plan)]) }
}

/** Is it one that this chain has been through already? Nobody is there who would end the circle. */
export function isCircle(chain: Chain, path: string): boolean {
  return chain.files.includes(realOf(path))
}

/** Prepares every runbook that the plan may lead to; each once. */
export async function lookAhead(
  plan: Plan,
  { path, given, chain }: { readonly path: string; readonly given: Given; readonly chain: Chain },
  prepareOther: (file: string, given: Given, chain: Chain) => Promise<Prepared>,
): Promise<Ahead> {
  const here = longer(chain, path, plan)
  const targets = new Set(
    plan.steps.flatMap(({ rows }) => rows.flatMap(({ target }) => (target.type === 'runbook' ? [target.file] : []))),
  )
  const ids = new Set<string>()
  const params = new Set<string>()
  const missing: Missing[] = []
  const problems: Problem[] = []
  for (const file of targets) {
    const other = pathBeside(path, file)
    if (isCircle(here, other)) continue
    const names = new Set(
      (await prepareOther(other, flagsFor(given, plan, new Set()), here)).runbook?.params.map(({ name }) => name.value),
    )
    const there = await prepareOther(other, flagsFor(given, plan, names), here)
    for (const id of there.ids) ids.add(id)
    for (const name of there.params) params.add(name)
    missing.push(...(there.planned?.missing ?? []))
    problems.push(...there.problems.filter(({ severity }) => severity === 'error'))
  }
  return { ids, params, missing, problems }
}

/** What answers may name of a plan. */
export const idsOf = (plan: Plan | null): readonly string[] => plan?.steps.flatMap(({ id, part }) => [id, part]) ?? []

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
