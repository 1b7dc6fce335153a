import type { Settings, State } from '../model/fact.ts'

/** The state before the first fact. */
export function initialState(): State {
  const settings: Settings = {
    mode: 'unattended',
    operator: { name: '', how: 'policy' },
    environment: '',
    answers: null,
    drill: null,
    rollback: 'on-failure',
    allow: [],
    meant: null,
    incidentMs: 0,
    from: null,
    leaves: true,
  }
  return {
    rules: 0,
    plan: '',
    sitting: 0,
    settings,
    operators: [],
    ms: 0,
    round: 1,
    origin: null,
    entries: {},
    items: {},
    open: {},
    effects: [],
    captured: {},
    carry: null,
    edits: {},
    pending: [],
    approvals: [],
    answersUsed: {},
    escalated: [],
    course: { type: 'forward', why: '', to: null, item: null },
    failure: null,
    people: { sinceMs: null, waitedMs: 0, pausedMs: 0, pausedAtMs: null },
    measures: {},
    ended: null,
    lost: [],
    branch: null,
  }
}
