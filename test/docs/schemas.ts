/* The shapes of everything that the command line prints as JSON. The docs' JSON Schemas are made of them; real output is checked with them. */
import { z } from 'zod'
import type { Stamped } from '../../engine/model/fact.ts'
import type { DrTestJson } from '../../engine/report/dr-json.ts'
import type { RunJson, ShowJson } from '../../engine/report/json.ts'

const step = z.string().describe('Id of an entry of the plan: a block, a manual step, a box, a decision.')
const key = z.string().describe('BLOCK, [ITEM] when repeated, @ROUND from the second round on: restart[kafka-2]@3.')
const task = z.string().describe('KEY/PURPOSE/ATTEMPT, used once in a run.')
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const text = z.string()
const json = z.json()
const ms = z.number().describe('Milliseconds.')
const at = z.string().datetime().describe('Wall time, UTC.')
const value = z.union([z.strictObject({ type: text, text }), z.strictObject({ type: z.literal('secret'), ref: text })])
const values = z.record(text, value)
const who = z.strictObject({
  name: text,
  how: z.enum(['terminal', 'answers', 'policy', 'typed', 'signal', 'signed', 'other account', 'declared']),
})
const effect = z.enum(['reads', 'changes', 'destroys'])
const purpose = z.enum(['run', 'look', 'verify', 'again', 'diagnose', 'undo', 'cleanup', 'ask'])
const carry = z.strictObject({ cwd: text, names: z.array(text), ref: hash })
const result = z.enum(['passed', 'failed', 'rolled-back', 'rolled-back-in-part', 'stopped', 'waiting', 'aborted'])
const settled = z.enum(['done', 'confirmed', 'by-hand', 'skipped', 'simulated', 'not-needed', 'passed-over', 'assumed', 'failed'])
const drill = z.enum(['full', 'partial', 'manual_validation', 'none']).nullable()

const outcome = z.strictObject({
  status: z.enum(['done', 'failed', 'unknown', 'not-started']).describe('not-started: certain that nothing happened.'),
  cause: z
    .strictObject({
      type: z.enum([
        'exit',
        'signal',
        'timeout',
        'guard',
        'cancelled',
        'capture',
        'expect',
        'assert',
        'verdict',
        'spawn',
        'connection',
        'runner-died',
        'ended-early',
      ]),
      text,
      block: text.optional(),
    })
    .optional()
    .describe('The first cause.'),
  verdict: z.enum(['pass', 'warn', 'fail', 'unknown']).optional(),
  exit: z.union([z.number(), z.string()]).optional().describe('Exit status, or the signal.'),
  captured: values.optional(),
  carry: carry.optional(),
  before: json.optional().describe("What a typed step's undo will need."),
  output: json.optional().describe("A typed step's own output."),
  retryAfterMs: ms.optional(),
  tail: text.describe('The end of its output, redacted, at most 4 KiB.'),
  log: z.strictObject({ file: text, bytes: z.number(), sha256: hash, host: text.optional() }).optional(),
  tookMs: ms,
  polls: z.number().optional(),
  leftovers: z.array(text).optional().describe('Processes that it left behind, and that were ended.'),
})

const choice = z.enum([
  'run',
  'yes',
  'no',
  'retry',
  'go-on',
  'stop',
  'escalate',
  'not-undone',
  'none',
  'withdrawn',
  'skip',
  'by-hand',
  'accept',
  'edit',
  'roll-back',
  'value',
  'row',
])
const question = z.strictObject({
  type: z.literal('question'),
  task,
  step: step.nullable(),
  key: key.nullable(),
  about: z.enum([
    'start',
    'box',
    'change',
    'by-hand',
    'validation',
    'branch',
    'approval',
    'value',
    'failed',
    'unknown-effect',
    'edited-step',
    'interrupted',
    'paused',
    'roll-back',
    'undo',
    'undo-failed',
  ]),
  choices: z.array(choice),
  typed: text.optional().describe('What must be typed.'),
  untilMs: ms.optional(),
  name: text.optional(),
})
const answer = z.union([
  z.strictObject({
    choice: z.enum(['run', 'yes', 'no', 'retry', 'go-on', 'stop', 'escalate', 'not-undone', 'none', 'withdrawn']),
  }),
  z.strictObject({ choice: z.enum(['skip', 'by-hand', 'accept']), reason: text }),
  z.strictObject({ choice: z.literal('edit'), text }),
  z.strictObject({ choice: z.literal('roll-back'), to: text.nullable() }),
  z.strictObject({ choice: z.literal('value'), value }),
  z.strictObject({ choice: z.literal('row'), row: z.number(), reason: text.optional() }),
])
const message = z.union([
  z.strictObject({ say: z.literal('note'), text, step: step.nullable() }),
  z.strictObject({ say: z.enum(['pause', 'leave', 'stop-waiting']) }),
  z.strictObject({ say: z.enum(['stop', 'abort']), reason: text }),
  z.strictObject({ say: z.literal('signal'), name: z.enum(['SIGINT', 'SIGTERM', 'SIGHUP']) }),
  z.strictObject({ say: z.literal('jump'), to: text, reason: text }),
  z.strictObject({
    say: z.literal('approve'),
    step,
    plan: hash,
    statement: text,
    role: text.optional(),
    values: z.record(z.string(), text).optional(),
    forMs: ms.optional().describe('How long it holds from then on, on the run clock.'),
    key: text.optional().describe('Fingerprint of the key that signed it.'),
  }),
  z.strictObject({ say: z.literal('hand-over'), to: text }),
  z.strictObject({ say: z.literal('take-over'), reason: text }),
])
const settings = z.strictObject({
  mode: z.enum(['attended', 'unattended']),
  operator: who,
  environment: text,
  answers: json,
  drill,
  rollback: z.enum(['ask', 'always', 'never', 'on-failure']),
  allow: z.array(text),
  meant: text.nullable().describe('The production environment that was meant.'),
  incidentMs: ms.describe('Where the RTO clock starts, on the run clock: at most 0.'),
  from: z.strictObject({ step: text, reason: text }).nullable(),
  leaves: z.boolean().describe('With only questions open the sitting ends as waiting.'),
})

const stamp = {
  seq: z.int().min(1).describe('Number of the record, from 1.'),
  at,
  run: z.string().describe('The run: r-<yymmdd>-<4 of base32>.'),
  ms: z.int().describe('The run clock: whole milliseconds since the start, never decreasing, going on over restarts.'),
}
const entry = { step, key }

/** Every fact, by its type, without what `append` puts on. */
export const facts = {
  'run-started': { rules: z.int(), tool: text, plan: hash, settings, values: values.describe('Values known only at the start.') },
  'run-resumed': {
    sitting: z.int(),
    plan: hash,
    settings,
    edited: z.array(key).describe('Done, and changed since.'),
    course: z.enum(['forward', 'rolling']),
    to: text.nullable(),
  },
  'items-fixed': { group: text, round: z.int(), items: z.array(text) },
  'step-started': {
    ...entry,
    task,
    purpose,
    attempt: z.int(),
    effect,
    of: key.optional().describe('Of what it is the undo or the proof.'),
    text: text.describe('As it runs, redacted.'),
    values,
    carry: carry.nullable(),
    timeoutMs: ms,
    everyMs: ms.optional(),
    guards: z.array(step),
    before: json.optional(),
    output: json.optional(),
  },
  'step-ended': { ...entry, task, purpose, attempt: z.int(), outcome },
  'step-settled': { ...entry, how: settled, why: text, by: who.nullable() },
  'branch-taken': { ...entry, row: z.int(), to: text.nullable(), by: who.nullable() },
  asked: { task, step: step.nullable(), question },
  answered: { task, step: step.nullable(), answer, by: who },
  heard: { message, by: who },
  cancelling: { task, why: text },
  'time-reached': { untilMs: ms },
  escalated: { why: z.enum(['attempts', 'elapsed', 'asked']), step: step.nullable() },
  'course-set': { course: z.enum(['rolling', 'closing']), why: text, to: text.nullable(), item: text.nullable() },
  'row-written': { row: text, where: z.enum(['file', 'patch']) },
  'run-ended': { result, exitCode: z.int(), failedStep: step.nullable() },
} as const satisfies Record<Stamped['type'], Record<string, z.ZodType>>

const factsWith = (more: Record<string, z.ZodType>): z.ZodType =>
  z.union(
    Object.entries(facts).map(([type, fields]): z.ZodType =>
      z.strictObject({ type: z.literal(type), ...fields, ...stamp, ...more }),
    ),
  )

const place = { line: z.int().min(1), column: z.int().min(1), endLine: z.int().min(1), endColumn: z.int().min(1) }
const problem = z.strictObject({
  file: text,
  ...place,
  rule: text.describe('Kebab-case; explained in docs/lint.md.'),
  severity: z.enum(['error', 'warning', 'info']),
  reason: text,
  expected: z.array(text),
  actual: text.nullable(),
  nearest: text.nullable(),
  url: text,
})

const plan = z.strictObject({
  schema: z.literal(1),
  runbook: z.strictObject({ file: text, id: text, title: text, sha256: hash }),
  environment: text,
  production: z.boolean(),
  drill,
  params: z.array(
    z.strictObject({
      name: text,
      type: text,
      value: text.nullable().describe('Null of a secret, and of what is known only at the start.'),
      from: z.enum(['flag', 'answers', 'inventory', 'env', 'file', 'cmd', 'default', 'ask']),
      secret: z.boolean(),
      ref: text.nullable(),
      origin: text,
    }),
  ),
  steps: z.array(
    z.strictObject({
      id: step,
      part: text.describe('The step that it belongs to.'),
      title: text,
      says: text.nullable().describe("A typed step's own sentence."),
      type: z.enum([
        'check',
        'command',
        'wait',
        'validate',
        'rollback',
        'on-failure',
        'guard',
        'notify',
        'cleanup',
        'manual',
        'box',
        'decision',
        'judge',
        'undo-by-hand',
        'record',
        'approval',
      ]),
      use: text.nullable(),
      effect,
      text: text.describe('The body, verbatim.'),
      input: json,
      byHand: text.nullable(),
      values: z.record(text, text).describe('What it will see; secrets as •••.'),
      unknown: z.array(text).describe('Names known only at run time.'),
      timeoutMs: ms,
      timeoutWritten: z.boolean(),
      confirm: text.describe('ask, no, env, or the name of the parameter whose value is typed.'),
      irreversible: z.boolean(),
      validate: z.array(step),
      rollback: z.array(step),
      treatment: z.enum(['execute', 'simulate', 'skip', 'by-hand', 'sign']),
      onlyIf: text.nullable(),
      host: text.nullable(),
      group: text.nullable(),
      line: z.int(),
    }),
  ),
  groups: z.array(z.strictObject({ id: text, variable: text, items: z.array(text), parts: z.array(text), atOnce: z.int() })),
  needsPerson: z.array(text),
  estimateMs: ms.nullable(),
  hash,
})

const run = {
  run: text,
  runbook: text,
  environment: text,
  mode: text.describe('attended, unattended or drill (LEVEL).'),
  result: result.nullable().describe('Null while it goes on.'),
  startedAt: at,
  endedAt: at.nullable(),
  operator: text,
  failedStep: step.nullable(),
}
const show = z.strictObject({
  ...run,
  steps: z.array(
    z.strictObject({
      id: key,
      title: text,
      result: z.union([settled, z.enum(['open', 'unknown'])]),
      startedAt: at,
      endedAt: at.nullable(),
      attempts: z.int(),
      reason: text.nullable(),
    }),
  ),
  notes: z.array(z.strictObject({ at, by: text, text, step: step.nullable() })),
  approvals: z.array(
    z.strictObject({
      at,
      by: text,
      how: z.enum(['signed', 'other account', 'declared']),
      step,
      role: text.optional(),
      statement: text,
      values: z.record(z.string(), text).optional(),
    }),
  ),
})
const stepType = z.strictObject({
  name: text,
  summary: text,
  effect,
  input: z.record(text, json).describe('JSON Schema.'),
  output: z.record(text, json).describe('JSON Schema.'),
  examples: z.array(z.strictObject({ title: text, yaml: text, says: text })),
})

const judged = z.strictObject({
  status: z
    .enum(['met', 'missed', 'measured', 'not-measured', 'simulated'])
    .describe('measured: without a target. Only met is met.'),
  ms: ms.nullable(),
  targetMs: ms.nullable(),
})
const drRun = z.strictObject({
  run: text,
  startedAt: at,
  result: result.nullable(),
  mode: text.describe('drill (LEVEL), or real (LEVEL).'),
  environment: text,
  source: z.enum(['record', 'row']).describe("row: only the runbook's table tells of it."),
  counts: z.boolean(),
  why: z
    .enum(['environment', 'not-passed', 'level', 'from-step', 'edited', 'skipped-proof', 'checks-only', 'no-record', 'follow-up'])
    .nullable()
    .describe('Why it does not count.'),
  changed: z.boolean().describe('What executes has been changed since.'),
  rto: judged.nullable(),
  rpo: judged.nullable(),
})
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/)
const drTest = z.strictObject({
  id: text,
  name: text,
  state: z.enum(['overdue', 'failed', 'never-run', 'due', 'due-soon', 'planned', 'waived']),
  frequency: text,
  automation: z.enum(['none', 'manual_validation', 'partial', 'full']),
  runbook: text.nullable(),
  environment: text.nullable(),
  owner: text.nullable(),
  timezone: text,
  due: day.describe("The last day in time, in the test's time zone."),
  daysLeft: z.int().describe('Negative: so many days late.'),
  runBy: day.nullable().describe('The last free day until then; null where a blackout or the window leaves none.'),
  nextFree: day.nullable(),
  retestBy: day.nullable(),
  waived: z.strictObject({ until: day, by: text, why: text }).nullable(),
  last: drRun.nullable(),
  lastPassed: drRun.nullable().describe('The last one that counts.'),
  leftovers: z
    .array(z.strictObject({ run: text, steps: z.array(step).readonly() }))
    .readonly()
    .describe('Drills whose clean-up is still to do.'),
})

/** By the name of its file in docs/schemas. */
export const schemas = {
  'journal-record': factsWith({ hash }).describe('One line of journal.jsonl.'),
  'run-fact': factsWith({}).describe('One line of `run --json`.'),
  plan: plan.describe('`plan --json`.'),
  runs: z.array(z.strictObject(run)).describe('`runs --json`.'),
  show: show.describe('`show RUN --json`.'),
  history: z.array(z.record(text, text)).describe('`history FILE --json`: rows by column key; unknown columns by their header.'),
  problems: z.array(problem).describe('`lint --json`, and every refusal with exit code 2.'),
  locked: z.looseObject({ type: z.literal('locked'), run: text }).describe('A refusal with exit code 7.'),
  steps: z.array(z.strictObject({ name: text, summary: text, effect })).describe('`steps --json`.'),
  'step-type': stepType.describe('`steps NAME --json`.'),
  find: z
    .array(
      z.strictObject({
        file: text,
        title: text,
        owner: text.nullable(),
        estimateMs: ms.nullable(),
        lastPassed: text.nullable(),
      }),
    )
    .describe('`find TEXT --json`.'),
  'dr-status': z.array(drTest).describe('`dr status --json`, the worst first.'),
  'journal-verify': z
    .strictObject({
      ok: z.boolean(),
      records: z.int(),
      head: text,
      firstBad: z.int().nullable(),
      row: text.nullable(),
      rowRecorded: z.boolean(),
    })
    .describe(
      '`journal verify RUN --json`; `row` is what the history row shows; `rowRecorded` is false where the run ended and its journal does not say that the row was written.',
    ),
  doctor: z
    .array(
      z.strictObject({
        name: text,
        what: z.enum(['tool', 'param', 'secret', 'reach', 'permission']),
        here: z.boolean(),
        hint: text,
      }),
    )
    .describe('`doctor FILE --json`.'),
} as const

// The types and the schemas say the same: a field that is new on one side breaks the build.
const sameRuns = (json: RunJson): z.infer<z.ZodObject<typeof run>> => json
const sameShow = (json: z.infer<typeof show>): ShowJson => json
const sameDr = (json: DrTestJson): z.infer<typeof drTest> => json
export const same = [sameRuns, sameShow, sameDr] as const
