import { entryTitle } from '../language/entry-title.ts'
import type { BlockId, Entry, Key, Message, Result, Stamped, Who } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { howKnown } from '../words/fact-sentence.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords } from './step-record.ts'

/** An entry of `runs --json`. */
export interface RunJson {
  readonly run: string
  readonly runbook: string
  readonly environment: string
  /** `attended`, `unattended` or `drill (LEVEL)`. */
  readonly mode: string
  /** Null while it goes on. */
  readonly result: Result | null
  readonly startedAt: string
  readonly endedAt: string | null
  readonly operator: string
  readonly failedStep: BlockId | null
}

/** What `show RUN --json` prints. */
export interface ShowJson extends RunJson {
  readonly steps: readonly {
    /** The block's id; of a repeated one with its item: `restart[kafka-2]`. */
    readonly id: Key
    readonly title: string
    readonly result: Entry['status']
    readonly startedAt: string
    readonly endedAt: string | null
    readonly attempts: number
    readonly reason: string | null
  }[]
  readonly notes: readonly { readonly at: string; readonly by: string; readonly text: string; readonly step: BlockId | null }[]
  readonly approvals: readonly {
    readonly at: string
    readonly by: string
    readonly how: string
    readonly step: BlockId
    readonly role?: string | undefined
    readonly statement: string
    /** What was measured, as it was signed. */
    readonly values?: Readonly<Record<string, string>> | undefined
  }[]
}

/** The plan and the facts of one run, and whether a living process goes on with it. */
export interface RunRead {
  readonly runId: string
  readonly plan: Plan
  readonly facts: readonly Stamped[]
  readonly live: boolean
}

/** One run for `runs --json`. A run whose process died is `aborted`. */
export function runJson({ runId, plan, facts, live }: RunRead): RunJson {
  const summary = runSummary(facts)
  const drill = summary.settings?.drill ?? plan.drill
  return {
    run: runId,
    runbook: plan.runbook.file,
    environment: plan.environment,
    mode: drill === null ? (summary.settings?.mode ?? 'attended') : `drill (${drill})`,
    result: summary.result ?? (live ? null : 'aborted'),
    startedAt: summary.startedAt,
    endedAt: summary.endedAt,
    operator: summary.operators.join(', '),
    failedStep: summary.failedStep,
  }
}

/** One run for `show --json`. */
export function showJson(read: RunRead): ShowJson {
  const titles = new Map(read.plan.steps.map((entry) => [entry.id, entryTitle(read.plan, entry)]))
  return {
    ...runJson(read),
    steps: stepRecords(read.facts).map(({ step, key, result, startedAt, endedAt, attempts, reason }) => ({
      id: key,
      title: titles.get(step) ?? step,
      result,
      startedAt,
      endedAt,
      attempts,
      reason,
    })),
    notes: read.facts.flatMap((fact) =>
      fact.type === 'heard' && fact.message.say === 'note'
        ? [{ at: fact.at, by: fact.by.name, text: fact.message.text, step: fact.message.step }]
        : [],
    ),
    approvals: read.facts.flatMap((fact) =>
      fact.type === 'heard' && fact.message.say === 'approve' ? [approvalJson(fact, fact.message)] : [],
    ),
  }
}

function approvalJson(
  { at, by }: Stamped & { readonly by: Who },
  { step, role, statement, values }: Extract<Message, { say: 'approve' }>,
): ShowJson['approvals'][number] {
  return {
    at,
    by: by.name,
    how: howKnown(by),
    step,
    statement,
    ...(role === undefined ? {} : { role }),
    ...(values === undefined ? {} : { values }),
  }
}

/** One fact as a line of `run --json`, without the line end: `{seq, at, run, type, step?, …}`. */
export function factLine(stamped: Stamped): string {
  const { seq, at, run, type, ...rest } = stamped
  const { step, ...others } = rest as { readonly step?: unknown } & Record<string, unknown>
  return JSON.stringify({ seq, at, run, type, ...(step === undefined ? {} : { step }), ...others })
}
