import type { Plan, PlanEntry } from '../model/plan.ts'
import { limit } from '../words/took.ts'
import { checkAnswers } from './answers.ts'
import { bodiesOf } from './bodies.ts'
import { checkDrill, treatCleanup } from './drill.ts'
import { entriesOf } from './entries.ts'
import { checkEnvironment } from './environment.ts'
import { groupByPart, groupsOf } from './groups.ts'
import { hashed, planHash } from './hash.ts'
import { estimateOf, limitsOf, targetsOf } from './limits.ts'
import type { Making } from './making.ts'
import { warning } from './making.ts'
import { missingOf } from './missing.ts'
import { capturesIn, namesOf, readsOfScript } from './names.ts'
import { needsPersonOf } from './needs.ts'
import { checkFlags, resolveParams, valuesOf } from './parameters.ts'
import { partOf } from './parts.ts'
import type { Planned, PlanRequest } from './request.ts'

/** The version of the rules that a plan is executed by. */
export const rulesVersion = 1

/** Resolves a runbook to what will run. Pure: the same request gives the same plan. The plan is null where there is a problem. */
export function makePlan(request: PlanRequest): Planned {
  const making: Making = {
    request,
    problems: [],
    warnings: [],
    params: [],
    values: {},
    names: new Map(),
    groups: [],
    setupReads: [],
  }
  const { runbook, reader } = request
  const bodies = bodiesOf(runbook, reader)
  const captures = capturesIn(making, bodies)
  checkEnvironment(making)
  making.params = resolveParams(making)
  checkFlags(making, captures)
  making.values = valuesOf({ params: making.params, environment: request.environment?.name ?? '', drill: request.drill })
  making.names = namesOf(making, bodies, captures)
  making.groups = groupsOf(making, bodies)
  const setup = runbook.setup.map(({ body }) => body).join('\n')
  making.setupReads = readsOfScript(making, setup).filter((name) => !captures.has(name) && name !== 'ITEM_INDEX')
  const groups = groupByPart(making.groups)
  const all = bodies.flatMap((body) => entriesOf(making, body, groups.get(body.id) ?? null))
  const entries = treatCleanup(making, all).map((entry) => hashed(request.hash, making.values, entry))
  const used = new Set(entries.map(({ part }) => part))
  const parts = bodies
    .filter(({ id, step }) => step !== null || used.has(id))
    .map((body) => partOf(making, body, groups.get(body.id) ?? null))
  checkDrill(making, entries)
  checkAnswers(making, parts, entries)
  warnOfTimeouts(making, entries)
  const missing = missingOf(making, entries)
  const { problems, warnings } = making
  if (problems.length > 0) return { plan: null, problems, missing, warnings }
  const plan: Omit<Plan, 'hash'> = {
    ...frame(making),
    setup,
    parts,
    steps: entries,
    limits: limitsOf(making, bodies, entries),
    needsPerson: needsPersonOf(entries),
    estimateMs: estimateOf(making, parts),
  }
  return { plan: { ...plan, hash: planHash(request.hash, plan) }, problems, missing, warnings }
}

function frame(making: Making): Omit<Plan, 'hash' | 'setup' | 'parts' | 'steps' | 'limits' | 'needsPerson' | 'estimateMs'> {
  const { request, params, groups } = making
  const { runbook, file, sha256, environment, production, drill } = request
  const { info, escalation } = runbook
  const name = file.replace(/^.*[/\\]/, '').replace(/\.(?:md|markdown)$/i, '')
  return {
    schema: 1,
    rules: rulesVersion,
    runbook: { file, id: info.id?.value ?? name, title: runbook.title.value, sha256, lang: runbook.lang },
    environment: environment?.name ?? '',
    production,
    drill,
    params,
    groups,
    targets: targetsOf(making),
    escalation: escalation === null ? null : { text: escalation.text, contacts: escalation.contacts },
    info: {
      owner: info.owner?.value ?? null,
      when: runbook.when,
      estimated: info.estimatedTime?.value ?? null,
      rto: info.rtoTarget?.value.text ?? null,
      rpo: info.rpoTarget?.value.text ?? null,
    },
  }
}

/** Nobody is there to be asked whether a command may go on: its default timeout kills it. */
function warnOfTimeouts(making: Making, entries: readonly PlanEntry[]): void {
  if (!making.request.unattended) return
  for (const { id, type, timeoutWritten, timeoutMs, line, treatment } of entries) {
    if ((type !== 'command' && type !== 'rollback') || timeoutWritten || treatment === 'simulate' || treatment === 'skip')
      continue
    warning(making, {
      rule: 'default-timeout',
      place: { line, column: 1, endLine: line, endColumn: 2 },
      reason: `${id} has no written timeout: unattended it is ended after ${limit(timeoutMs)}`,
    })
  }
}
