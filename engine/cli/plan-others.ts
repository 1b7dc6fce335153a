import type { Plan } from '../model/plan.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Planned, PlanRequest } from '../plan/request.ts'
import { type Ahead, type Chain, idsOf, lookAhead, noChain } from './hand-over.ts'
import type { Given } from './flags.ts'
import type { Prepared, Wanted } from './prepare.ts'

const nothing: Ahead = { ids: new Set(), params: new Set(), missing: [], problems: [] }

/** Problems that may be none where another runbook is led to: what is named may be that one's. */
const OF_OTHERS: ReadonlySet<string> = new Set(['param-unknown', 'answer-unknown', 'allow'])

/**
 * Plans a runbook beside those that it may hand over to: unattended they are part of the first refusal. Flags and answers
 * may be meant for them, and only the first of them says what nobody knows.
 */
export async function planWithOthers(
  request: PlanRequest | null,
  {
    path,
    given,
    wanted,
    prepareOther,
  }: {
    readonly path: string
    readonly given: Given
    readonly wanted: Wanted
    readonly prepareOther: (file: string, flags: Given, wanted: Wanted) => Promise<Prepared>
  },
): Promise<{ readonly own: Planned | null; readonly ahead: Ahead }> {
  if (request === null) return { own: null, ahead: nothing }
  const first = makePlan(request)
  const chain = wanted.chain ?? noChain
  const plan = first.plan ?? makePlan(ofParams(request)).plan
  const mayBeTheirs = first.problems.some(({ rule }) => OF_OTHERS.has(rule))
  if (!wanted.unattended && !mayBeTheirs) return { own: first, ahead: nothing }
  const look = (file: string, flags: Given, before: Chain): Promise<Prepared> =>
    prepareOther(file, flags, { unattended: true, trusted: wanted.trusted, chain: before })
  const found = plan === null ? nothing : await lookAhead(plan, { path, given, chain }, look)
  const own = mayBeTheirs ? makePlan(withoutTheirs(request, plan, { chain, ahead: found })) : first
  // With somebody there, each of them has its own first screen.
  return { own, ahead: wanted.unattended ? found : { ...nothing, ids: found.ids, params: found.params } }
}

/** The request with nothing but this runbook's parameters. */
function ofParams(request: PlanRequest): PlanRequest {
  const own = new Set(request.runbook.params.map(({ name }) => name.value))
  const { answers, flags } = request
  const params = only(answers?.params ?? {}, (name) => own.has(name))
  return {
    ...request,
    flags: only(flags, (name) => own.has(name)),
    allow: [],
    answers: answers === null ? null : { ...answers, params, steps: {}, onFailure: {} },
  }
}

/** The request without what is meant for the others. */
function withoutTheirs(
  request: PlanRequest,
  plan: Plan | null,
  { chain, ahead }: { readonly chain: Chain; readonly ahead: Ahead },
): PlanRequest {
  const isFirst = chain.files.length === 0
  const ids = new Set(idsOf(plan))
  const names = new Set([
    ...request.runbook.params.map(({ name }) => name.value),
    ...(plan?.steps ?? []).flatMap(({ captures }) => captures.map(({ name }) => name)),
  ])
  const isMyId = (id: string): boolean => ids.has(id) || (isFirst && !ahead.ids.has(id) && !chain.ids.has(id))
  const isMyName = (name: string): boolean => names.has(name) || (isFirst && !ahead.params.has(name) && !chain.params.has(name))
  const { answers } = request
  return {
    ...request,
    flags: only(request.flags, isMyName),
    allow: request.allow.filter((word) => isMyId(word.replace(/^irreversible:/, ''))),
    answers:
      answers === null
        ? null
        : {
            ...answers,
            params: only(answers.params, isMyName),
            steps: only(answers.steps, (id) => isMyId(id.replace(/\[.*$/s, ''))),
            onFailure: only(answers.onFailure, (id) => isMyId(id.replace(/\[.*$/s, ''))),
          },
  }
}

function only<T>(all: Readonly<Record<string, T>>, keep: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => keep(name)))
}
