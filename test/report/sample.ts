import type { Fact, Outcome, Settings, Stamped } from '../../engine/model/fact.ts'
import type { Plan, PlanEntry, PlanPart } from '../../engine/model/plan.ts'

/** A plan's entry with everything that a case does not care about. */
export function entry(given: Partial<PlanEntry> & Pick<PlanEntry, 'id'>): PlanEntry {
  return {
    part: 'stop-mm2',
    group: null,
    section: 'procedure',
    type: 'command',
    use: null,
    title: given.id,
    treatment: 'execute',
    effect: 'changes',
    hash: 'h',
    text: 'true',
    input: null,
    byHand: null,
    reads: [],
    unknown: [],
    timeoutMs: 300_000,
    timeoutWritten: false,
    everyMs: null,
    retries: 0,
    holdMs: null,
    freshMs: null,
    confirm: { type: 'ask' },
    onFailure: 'stop',
    flags: { irreversible: false, idempotent: false, interactive: false, once: false, steady: false, imported: false },
    captures: [],
    expect: null,
    assert: null,
    proves: null,
    approve: null,
    onlyIf: null,
    by: null,
    rows: [],
    guards: [],
    diagnose: [],
    undo: [],
    undoNone: false,
    undoSelf: false,
    looks: false,
    host: null,
    needsEdit: null,
    line: 1,
    ...given,
  }
}

export function part(given: Partial<PlanPart> & Pick<PlanPart, 'id' | 'title'>): PlanPart {
  return {
    number: null,
    section: 'procedure',
    phase: null,
    group: null,
    prose: '',
    onFailure: null,
    validation: null,
    rollback: null,
    drill: null,
    durationMs: null,
    role: null,
    line: 1,
    ...given,
  }
}

export function plan(given: Partial<Plan> = {}): Plan {
  return {
    schema: 1,
    rules: 1,
    runbook: {
      file: 'runbooks/failover-dr.md',
      id: 'kafka-failover-dr',
      title: 'Kafka failover to the DR cluster',
      sha256: 'ab'.repeat(32),
      lang: 'en',
    },
    environment: 'staging',
    production: false,
    drill: null,
    params: [],
    setup: '',
    parts: [],
    groups: [],
    steps: [],
    limits: { attempts: null, elapsedMs: null, freshMs: 600_000, rounds: {} },
    targets: { rtoMs: null, rtoUntil: null, rpoMs: null, rpoMeasuredBy: null },
    escalation: null,
    info: { owner: null, when: null, estimated: null, rto: null, rpo: null },
    needsPerson: [],
    estimateMs: null,
    hash: '4e1c9a'.padEnd(64, '0'),
    ...given,
  }
}

export const settings = (given: Partial<Settings> = {}): Settings => ({
  mode: 'attended',
  operator: { name: 'a.martin', how: 'terminal' },
  environment: 'staging',
  answers: null,
  drill: null,
  rollback: 'ask',
  allow: [],
  meant: null,
  incidentMs: 0,
  from: null,
  leaves: false,
  ...given,
})

/** Facts at seconds after 2026-11-22 10:02:11 UTC. */
export function stamp(...facts: readonly (readonly [second: number, fact: Fact])[]): Stamped[] {
  return facts.map(([second, fact], index) => ({
    ...fact,
    seq: index + 1,
    run: 'r-261122-7f3k',
    at: new Date(Date.UTC(2026, 10, 22, 10, 2, 11) + second * 1000).toISOString(),
    ms: second * 1000,
  }))
}

export const runStarted = (given: Partial<Settings> = {}): Fact => ({
  type: 'run-started',
  rules: 1,
  tool: '0.1.0',
  plan: 'h',
  settings: settings(given),
  values: {},
})

export const stepStarted = (step: string, attempt = 1, key = step): Fact => ({
  type: 'step-started',
  task: `${key}/run/${attempt}`,
  step,
  key,
  purpose: 'run',
  attempt,
  effect: 'changes',
  text: 'true',
  values: {},
  carry: null,
  timeoutMs: 1000,
  guards: [],
})

export const stepEnded = (step: string, outcome: Partial<Outcome> = {}, attempt = 1, key = step): Fact => ({
  type: 'step-ended',
  task: `${key}/run/${attempt}`,
  step,
  key,
  purpose: 'run',
  attempt,
  outcome: { status: 'done', tail: '', tookMs: 300, ...outcome },
})

export const runEnded = (
  result: Extract<Fact, { type: 'run-ended' }>['result'],
  exitCode = 0,
  failedStep: string | null = null,
): Fact => ({
  type: 'run-ended',
  result,
  exitCode,
  failedStep,
})
