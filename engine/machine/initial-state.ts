import type { Settings, State } from '../model/fact.ts'

/** A record without the names that every object has: a step may be called `constructor`. */
const bare = <T>(): Record<string, T> => Object.create(null) as Record<string, T>

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
    entries: bare(),
    items: bare(),
    open: bare(),
    effects: [],
    captured: bare(),
    carry: null,
    edits: bare(),
    pending: [],
    approvals: [],
    answersUsed: bare(),
    escalated: [],
    course: { type: 'forward', why: '', to: null, item: null },
    failure: null,
    people: { sinceMs: null, waitedMs: 0, pausedMs: 0, pausedAtMs: null },
    measures: {},
    ended: null,
    lost: [],
    unseen: [],
    branch: null,
  }
}
