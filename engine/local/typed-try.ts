import { judge } from '../machine/judge.ts'
import { namesInJson, substitute } from '../language/substitute.ts'
import type { Execution, Outcome } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import type { StepOutcome, StepTools, StepType } from '../model/step-type.ts'
import type { Json, Value } from '../model/value.ts'
import { pause } from '../process/poll.ts'
import { withoutSecrets } from './captures.ts'
import { builtins, textOf, typedValues } from './environment.ts'
import type { Hands } from './hands.ts'

/** A step that does not obey its signal is left alone after so long. */
const OBEY_MS = 2000

/** What of a typed block is known before it is tried. */
export interface Typed {
  readonly type: StepType
  readonly input: unknown
}

/** A typed block that is about to be tried; its lines go to `log`. */
export interface Step extends Typed {
  readonly execution: Execution
  readonly entry: PlanEntry
  readonly hands: Hands
  readonly log: { readonly line: (text: string) => void }
}

/** One try of a typed step: what it said, or why it did not get so far. */
export interface Try {
  readonly cause: 'timeout' | 'cancelled' | null
  readonly outcome: Omit<Outcome, 'tail' | 'log' | 'tookMs'>
  readonly summary: string
}

/** The step type of a block and its input with what is known now; or why it cannot be tried. */
export function typedOf(execution: Execution, entry: PlanEntry, hands: Hands): Typed | string {
  const type = hands.stepTypes.get(entry.use ?? '')
  if (type === undefined) return `there is no step type ${entry.use ?? ''} here`
  const input = inputOf(execution, entry, hands)
  if (!input.ok) return input.reason
  const parsed = type.input.safeParse(input.json)
  if (parsed.success) return { type, input: parsed.data }
  const [issue] = parsed.error.issues
  return `its input does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`
}

/** The input with what is known now; secrets stay `$NAME`: the step asks for them where it needs them. */
function inputOf(
  execution: Execution,
  entry: PlanEntry,
  hands: Hands,
): { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly reason: string } {
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(typedValues(execution, hands)))
    values[name] = 'ref' in value ? { type: 'string', text: `$${name}` } : value
  const spoken = namesASecret(entry, typedValues(execution, hands))
  if (spoken !== null) return { ok: false, reason: spoken }
  const done = substitute(entry.input ?? {}, values)
  return done.ok ? done : { ok: false, reason: `${done.unknown.join(', ')} has no value` }
}

/** The step puts secrets where their names stand: a value from outside that holds such a name would send one out. */
function namesASecret({ input }: PlanEntry, values: Readonly<Record<string, Value>>): string | null {
  for (const name of namesInJson(input ?? {})) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined || 'ref' in value) continue
    const secret = namesInJson(value.text).find((one) => Object.hasOwn(values, one) && 'ref' in (values[one] ?? {}))
    if (secret !== undefined) return `the value of ${name} holds $${secret}, the name of a secret`
  }
  return null
}

/** Tries it once, within its time. Says what happened; never throws for what the step does. */
export async function once(step: Step, signal: AbortSignal): Promise<Try> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort('timeout'), Math.min(step.execution.timeoutMs, 2 ** 31 - 1))
  const either = AbortSignal.any([signal, limit.signal])
  const work = attempt(step, either)
  try {
    const said = await Promise.race([work, left(either)])
    if (said !== null && !either.aborted) return said
    // It may have ended well in the very moment of its end: what it says then still counts against it.
    const cause = limit.signal.aborted ? 'timeout' : 'cancelled'
    const status = step.entry.effect === 'reads' || step.execution.purpose === 'look' ? 'failed' : 'unknown'
    const text = cause === 'timeout' ? `${step.execution.timeoutMs / 1000}s` : ''
    return { cause, outcome: { status, cause: { type: cause, text } }, summary: said?.summary ?? '' }
  } finally {
    clearTimeout(timer)
  }
}

/** Null a while after the signal. */
async function left(signal: AbortSignal): Promise<null> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await new Promise((resolve) => setTimeout(resolve, OBEY_MS))
  return null
}

async function attempt(step: Step, signal: AbortSignal): Promise<Try> {
  const { execution, entry, hands, type, input, log } = step
  const failed = (kind: NonNullable<Outcome['cause']>['type'], text: string, status: Outcome['status']): Try => {
    log.line(text)
    return { cause: null, outcome: { status, cause: { type: kind, text: hands.secrets.redactor().text(text) } }, summary: text }
  }
  let opened: Record<string, unknown>
  try {
    opened = await hands.resources.open(type.needs, signal)
  } catch (error) {
    return failed('connection', messageOf(error), 'not-started')
  }
  const tools = { ...toolsOf(step, signal), ...opened }
  try {
    const isLook = execution.purpose === 'look' || (execution.purpose === 'verify' && execution.of === execution.key)
    if (isLook) return looked(await type.check?.(input, tools), log)
    if (execution.purpose === 'undo' && entry.undoSelf && type.undo !== undefined) {
      const was = { before: execution.before, output: execution.output }
      return judged(step, await type.undo(input, was, tools), false)
    }
    return judged(step, await type.execute(input, tools), true)
  } catch (error) {
    return failed('ended-early', messageOf(error), entry.effect === 'reads' ? 'failed' : 'unknown')
  }
}

function looked(said: Awaited<ReturnType<NonNullable<StepType['check']>>> | undefined, log: Step['log']): Try {
  if (said === undefined) return { cause: null, outcome: { status: 'failed', cause: { type: 'verdict', text: '' } }, summary: '' }
  log.line(said.summary)
  const before = said.before === undefined ? {} : { before: said.before }
  switch (said.status) {
    case 'done':
      return { cause: null, outcome: { status: 'done', ...before }, summary: said.summary }
    case 'needed':
      return {
        cause: null,
        outcome: { status: 'failed', cause: { type: 'verdict', text: said.summary }, ...before },
        summary: said.summary,
      }
    case 'unknown':
      return {
        cause: null,
        outcome: { status: 'unknown', cause: { type: 'verdict', text: said.summary }, ...before },
        summary: said.summary,
      }
  }
}

/** A verdict that is not a pass or a warning is no success; nor is an output that is not what the type promises. */
function judged(step: Step, said: StepOutcome<unknown>, hasOutput: boolean): Try {
  const { entry, execution, hands, type, log } = step
  const redactor = hands.secrets.redactor()
  const summary = said.summary
  log.line(summary)
  if (said.evidence !== undefined) log.line(`evidence: ${JSON.stringify(said.evidence)}`)
  const known = {
    ...(said.verdict === undefined ? {} : { verdict: said.verdict }),
    ...(said.retryAfterMs === undefined ? {} : { retryAfterMs: said.retryAfterMs }),
    ...(said.output === undefined ? {} : { output: redactor.json(said.output as Json) }),
  }
  const bad = (kind: NonNullable<Outcome['cause']>['type'], text: string, status: Outcome['status'] = 'failed'): Try => ({
    cause: null,
    outcome: { status, cause: { type: kind, text: redactor.text(text) }, ...known },
    summary,
  })
  if (said.status !== 'done') return bad('verdict', summary, said.status)
  if (said.verdict === 'fail' || said.verdict === 'unknown') return bad('verdict', summary)
  if (!hasOutput) return { cause: null, outcome: { status: 'done', ...known }, summary }
  const output = type.output.safeParse(said.output)
  if (!output.success)
    return bad('capture', `its output is not what ${type.name} promises: ${output.error.issues[0]?.message ?? ''}`)
  const fields = (output.data ?? {}) as Readonly<Record<string, unknown>>
  const raw = {
    exit: 0,
    signal: null,
    cause: null,
    causeText: '',
    stdout: summary,
    assigned: {},
    output: Object.fromEntries(entry.captures.map((capture) => [capture.name, fields[capture.output ?? capture.name]])),
  } as const
  const captured = withoutSecrets(judge(entry, raw, typedValues(execution, hands)), execution, hands)
  return captured.status === 'done'
    ? { cause: null, outcome: { ...known, ...captured }, summary }
    : bad(captured.cause?.type ?? 'capture', captured.cause?.text ?? '', captured.status)
}

function toolsOf({ execution, hands, log }: Step, signal: AbortSignal): StepTools {
  const values = typedValues(execution, hands)
  const names: Record<string, string> = { ...builtins(hands) }
  for (const [name, value] of Object.entries(values)) if (!('ref' in value)) names[name] = value.text
  const began = performance.now()
  return {
    signal,
    clock: { now: () => hands.clock.now(), sleep: (ms) => pause(ms, signal) },
    log: (line) => log.line(line),
    progress: (line) =>
      hands.face.progress(execution.task, {
        value: hands.secrets.redactor().text(line),
        tryNo: 1,
        nextTryMs: null,
        elapsedMs: performance.now() - began,
        limitMs: execution.timeoutMs,
      }),
    root: hands.root,
    artifacts: `${hands.folder}/artifacts`,
    step: execution.of ?? execution.key,
    names,
    secret: (name) => {
      const value = values[name]
      return value !== undefined && 'ref' in value ? textOf(value, hands) : undefined
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
