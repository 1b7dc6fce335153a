import { initialState } from '../../engine/machine/evolve.ts'
import type { Entry, Question, Stamped, State } from '../../engine/model/fact.ts'
import type { Plan } from '../../engine/model/plan.ts'
import type { AskContext } from '../../engine/terminal/ask-context.ts'
import type { Look } from '../../engine/terminal/look.ts'
import { wordsOf } from '../../engine/words/words.ts'
import { entry, part, plan, runEnded, runStarted, settings, stamp, stepEnded, stepStarted } from '../report/sample.ts'

export const look = (lang: 'en' | 'fr' = 'en', width = 80): Look => ({ words: wordsOf(lang), width, ascii: false })

/** The failover of `screens.md`, as a plan. */
export function failover(given: Partial<Plan> = {}): Plan {
  return plan({
    estimateMs: 900_000,
    targets: { rtoMs: 900_000, rtoUntil: 'prove', rpoMs: 60_000, rpoMeasuredBy: null },
    info: {
      owner: 'Kafka platform team',
      when: 'The primary cluster is unreachable, or the commander orders it',
      estimated: '15 minutes',
      rto: '15m',
      rpo: '60s',
    },
    escalation: {
      text: 'After 3 attempts:\n\n- Contact: Kafka platform team',
      contacts: ['Kafka platform team', '#kafka-incidents'],
    },
    limits: { attempts: 3, elapsedMs: 1_800_000, freshMs: 600_000, rounds: {} },
    params: [
      {
        name: 'CONNECT_URL',
        type: 'url',
        value: 'http://connect.dr.example:8083',
        from: 'inventory',
        secret: false,
        ref: null,
        origin: 'inventory/staging.env',
        description: '',
        items: null,
        choices: null,
      },
      {
        name: 'MAX_LAG',
        type: 'int(0..)',
        value: '10000',
        from: 'default',
        secret: false,
        ref: null,
        origin: 'default',
        description: '',
        items: null,
        choices: null,
      },
      {
        name: 'SLACK_WEBHOOK_URL',
        type: 'secret',
        value: null,
        from: 'env',
        secret: true,
        ref: 'env:SLACK_WEBHOOK_URL',
        origin: 'env',
        description: '',
        items: null,
        choices: null,
      },
    ],
    parts: [
      part({ id: 'prereq', title: '', section: 'prereq' }),
      part({ id: 'lag', title: 'How much data would we lose?', number: '3' }),
      part({
        id: 'fence',
        title: 'Fence the primary',
        number: '4',
        validation: 'the listener shows no active connection.',
        rollback: 'open it again, by hand.',
        prose:
          '> [!WARNING]\n> If the primary comes back during the failover, producers write to both.\n\n1. In the load balancer console, close the listener `kafka-primary-9094`.',
      }),
      part({
        id: 'mm2',
        title: 'Stop MirrorMaker 2',
        number: '5',
        prose: 'Replication must stop first.',
        validation: 'the connector reports `PAUSED`.',
        onFailure: 'if Connect is down too, skip.',
      }),
      part({ id: 'point', title: 'Point the clients to the DR cluster', number: '6', onFailure: 'roll back from step 6.' }),
      part({ id: 'prove', title: 'Prove that clients can write and read', number: '7' }),
    ],
    steps: [
      entry({
        id: 'declared',
        part: 'prereq',
        section: 'prereq',
        type: 'box',
        effect: 'reads',
        title: 'Incident declared, incident commander named',
      }),
      entry({
        id: 'tools-here',
        part: 'prereq',
        section: 'prereq',
        type: 'box',
        effect: 'reads',
        title: 'Kafka CLI, `jq`, `curl` on this machine',
      }),
      entry({
        id: 'lag',
        part: 'lag',
        type: 'check',
        effect: 'reads',
        text: 'echo "$lag"',
        captures: [{ name: 'lag', type: 'int' }],
        freshMs: 600_000,
      }),
      entry({
        id: 'lag-decision',
        part: 'lag',
        type: 'decision',
        effect: 'reads',
        text: '',
        by: 'condition',
        rows: [
          { when: 'lag <= MAX_LAG', target: { type: 'continue' } },
          { when: 'lag > MAX_LAG', target: { type: 'approve', roles: [{ role: 'incident-commander', count: 1 }] } },
        ],
      }),
      entry({
        id: 'change',
        part: 'fence',
        type: 'record',
        effect: 'reads',
        title: 'the number of the change',
        text: '',
        captures: [{ name: 'CHANGE', type: 'int' }],
      }),
      entry({
        id: 'fence',
        part: 'fence',
        type: 'manual',
        title: 'Fence the primary',
        text: 'Close it.',
        undo: ['fence-rollback'],
      }),
      entry({
        id: 'fence-validation',
        part: 'fence',
        type: 'judge',
        effect: 'reads',
        text: 'the listener shows no active connection.',
        proves: 'fence',
      }),
      entry({ id: 'fence-rollback', part: 'fence', type: 'undo-by-hand', text: 'open the listener `kafka-primary-9094` again.' }),
      entry({
        id: 'stop-mm2',
        part: 'mm2',
        title: 'curl …',
        text: 'curl --fail-with-body -sS -X PUT "$CONNECT_URL/connectors/pause"',
        reads: ['CONNECT_URL'],
        timeoutMs: 60_000,
        timeoutWritten: true,
        retries: 2,
        undo: ['mm2-rollback'],
      }),
      entry({
        id: 'mm2-validate',
        part: 'mm2',
        type: 'validate',
        effect: 'reads',
        text: 'curl status',
        proves: 'stop-mm2',
        timeoutMs: 90_000,
        timeoutWritten: true,
        everyMs: 5000,
      }),
      entry({ id: 'mm2-rollback', part: 'mm2', type: 'rollback', text: 'curl … -X PUT "$CONNECT_URL/connectors/resume"' }),
      entry({
        id: 'dns',
        part: 'point',
        text: 'upsert "$DR_BOOTSTRAP"',
        confirm: { type: 'typed', name: 'env' },
        undo: ['point-rollback'],
        timeoutMs: 60_000,
        timeoutWritten: true,
        retries: 2,
      }),
      entry({ id: 'point-rollback', part: 'point', type: 'rollback', text: 'upsert "$PRIMARY_BOOTSTRAP"' }),
      entry({ id: 'produce-consume', part: 'prove', type: 'validate', effect: 'reads', text: 'produce' }),
    ],
    ...given,
  })
}

const OPEN: Entry = {
  status: 'done',
  attempts: { run: 1 },
  hash: 'h',
  values: {},
  startedMs: 0,
  endedMs: 12_000,
  confirmed: true,
}

export const known = (given: Partial<Entry> = {}): Entry => ({ ...OPEN, ...given })

/** A state in which nothing has happened, but for what a case gives. */
export function blank(given: Partial<State> = {}): State {
  return { ...initialState(), settings: settings(), ...given }
}

export function question(about: Question['about'], given: Partial<Question> = {}): Question {
  const steps: Partial<Record<Question['about'], string>> = {
    box: 'declared',
    change: 'stop-mm2',
    'by-hand': 'fence',
    validation: 'fence-validation',
    branch: 'lag-decision',
    approval: 'lag-decision',
    value: 'change',
    failed: 'dns',
    'unknown-effect': 'dns',
    'edited-step': 'stop-mm2',
    undo: 'mm2-rollback',
    'undo-failed': 'stop-mm2',
  }
  const choices: Record<Question['about'], Question['choices']> = {
    start: ['run', 'stop'],
    box: ['yes', 'no', 'stop'],
    change: ['run', 'by-hand', 'skip', 'edit', 'stop'],
    'by-hand': ['by-hand', 'no', 'skip', 'stop'],
    validation: ['yes', 'no', 'skip', 'stop'],
    branch: ['yes', 'no', 'row', 'stop'],
    approval: ['stop'],
    value: ['value', 'skip', 'stop'],
    failed: ['retry', 'by-hand', 'skip', 'roll-back', 'escalate', 'stop', 'edit'],
    'unknown-effect': ['run', 'accept', 'by-hand', 'skip', 'roll-back', 'stop'],
    'edited-step': ['run', 'accept', 'stop'],
    interrupted: ['go-on', 'roll-back', 'stop'],
    paused: ['go-on', 'stop', 'roll-back'],
    'roll-back': ['roll-back', 'none', 'stop'],
    undo: ['run', 'by-hand', 'not-undone', 'stop'],
    'undo-failed': ['retry', 'by-hand', 'not-undone', 'stop'],
  }
  const step = steps[about] ?? null
  const key = about === 'undo' || about === 'undo-failed' ? 'stop-mm2' : step
  return { type: 'question', task: `${key ?? '@run'}/ask/1`, step, key, about, choices: choices[about], ...given }
}

export function context(asked: Question, given: Partial<AskContext> = {}): AskContext {
  return {
    questions: [asked],
    plan: failover(),
    state: blank(),
    runClockMs: () => 130_000,
    outputOf: () => [],
    valuesOf: (step) =>
      step === 'stop-mm2'
        ? [
            { name: 'CONNECT_URL', text: 'http://connect.dr.example:8083', origin: 'inventory/staging.env' },
            { name: 'MM2_CONNECTOR', text: 'mirrormaker2', origin: 'default' },
          ]
        : [],
    ...given,
  }
}

/** A run of one step: `run-started`, `step-started`, `step-ended`, `run-ended`. */
export function story(): Stamped[] {
  const [first, ...rest] = stamp(
    [0, runStarted()],
    [0, runStarted()],
    [1, stepStarted('stop-mm2')],
    [2, stepEnded('stop-mm2')],
    [3, runEnded('passed')],
  )
  return first === undefined ? [] : [first, ...rest]
}
