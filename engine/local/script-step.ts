import { messageScript } from '../language/message.ts'
import { judge, type Judged, type RawResult } from '../machine/judge.ts'
import type { Execution, Outcome } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import type { Values } from '../model/value.ts'
import type { Carried } from '../journal/carry-store.ts'
import { pollScript } from '../process/poll.ts'
import type { Running, ScriptResult } from '../process/run-script.ts'
import { carriedTo, carryOn, keepNamedSecrets } from './carry.ts'
import { withoutSecrets } from './captures.ts'
import { typedValues } from './environment.ts'
import { watchGuards } from './guards.ts'
import type { Hands } from './hands.ts'
import { notStarted } from './not-started.ts'
import { openOutput, withoutLost, type Output } from './output.ts'
import { unkeptText } from './output-log.ts'
import { overdue } from './overdue.ts'
import { hostFor, startBlock } from './start-block.ts'

/** A capture longer than this fails its block. */
const CAPTURE_BYTES = 128 * 1024

/** What one script is run with. */
interface Script {
  readonly execution: Execution
  readonly entry: PlanEntry
  readonly hands: Hands
  readonly signal: AbortSignal
  readonly carried: Carried | null
  readonly output: Output
}

/** Runs a shell block: once, or until it holds. Says what happened; never throws for what the block does. */
export async function runScriptStep(execution: Execution, hands: Hands, signal: AbortSignal): Promise<Outcome> {
  const entry = hands.entry(execution.step)
  const carried = carriedTo(execution, hands)
  if (carried === 'lost') return notStarted('what earlier blocks carried on is lost')
  const output = openOutput(execution, { entry, carried, hands })
  const script: Script = { execution, entry, hands, signal, carried, output }
  const began = performance.now()
  const guards = await watchGuards(execution, hands, signal)
  if (guards.failed() !== null) {
    const { block, text } = guards.failed() ?? { block: '', text: '' }
    return { ...notStarted(text, 'guard'), cause: { type: 'guard', text, block }, ...withoutLost(output.end({})) }
  }
  const isPolled = entry.type !== 'command' && (entry.everyMs !== null || entry.holdMs !== null)
  const ended = isPolled ? await poll(script) : await once(script, (running) => guards.watch((why) => running.cancel(why)))
  guards.stop()
  return settleOutcome(script, ended, { tookMs: Math.round(performance.now() - began), guard: guards.failed() })
}

interface Ended {
  readonly result: ScriptResult | null
  readonly timedOut: boolean
  readonly polls?: number
}

async function once(script: Script, onStart: (running: Running) => void): Promise<Ended> {
  const { execution, entry, hands, signal } = script
  const isInteractive = entry.flags.interactive || hands.withTerminal.delete(execution.key)
  const asks = hands.face.attended && !entry.timeoutWritten && (entry.type === 'command' || entry.type === 'rollback')
  const run = async (): Promise<ScriptResult> => {
    const running = start(script, { isInteractive, timeoutMs: asks ? null : execution.timeoutMs, marker: execution.task })
    onStart(running)
    const cancel = (): void => running.cancel('cancelled')
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel)
    const stop = asks ? overdue(execution, hands, () => running.cancel('timeout')) : (): void => undefined
    try {
      return await running.done
    } finally {
      stop()
      signal.removeEventListener('abort', cancel)
    }
  }
  const result = isInteractive && hands.face.attended ? await hands.face.lend(run) : await run()
  return { result, timedOut: result.cause === 'timeout' }
}

async function poll(script: Script): Promise<Ended> {
  const { execution, entry, hands, signal, output } = script
  let tries = 0
  const polled = await pollScript<ScriptResult>({
    start: () => {
      tries += 1
      output.nextTry(tries)
      return start(script, { isInteractive: false, timeoutMs: null, marker: `${execution.task}#${tries}` })
    },
    everyMs: entry.everyMs ?? 1000,
    holdMs: entry.holdMs,
    timeoutMs: execution.timeoutMs,
    judge: (result) => {
      const judged = judgeScript(script, result)
      return { ok: judged.status === 'done', value: hands.secrets.redactor().text(lastValue(result, judged)) }
    },
    onProgress: (progress) => hands.face.progress(execution.task, progress),
    signal,
  })
  return { result: polled.result, timedOut: polled.timedOut, polls: polled.polls }
}

/** What a poll saw, on one line: its last output, else why it failed. */
function lastValue(result: ScriptResult, judged: Judged): string {
  const text = Buffer.from(result.stdout.subarray(-2000)).toString('utf8').trim().split('\n').at(-1) ?? ''
  return text !== '' ? text : judged.status === 'done' ? 'ok' : (judged.cause?.text ?? '')
}

function start(
  { execution, entry, hands, carried, output }: Script,
  given: { readonly isInteractive: boolean; readonly timeoutMs: number | null; readonly marker: string },
): Running {
  return startBlock(
    {
      execution,
      entry,
      carried,
      text: entry.message === true ? messageScript(execution.text) : execution.text,
      captureNames: entry.captures.map(({ name }) => name),
      timeoutMs: given.timeoutMs,
      graceMs: hands.policy.limits.graceMs,
      marker: given.marker,
      stdin: given.isInteractive ? 'terminal' : 'empty',
      onChunk: output.write,
    },
    hands,
  )
}

function rawOf({ entry, execution }: Script, result: ScriptResult): RawResult {
  const assigned: Record<string, string> = {}
  for (const { name } of entry.captures) {
    const value = result.assigned.includes(name) ? result.variables?.[name] : undefined
    if (value !== undefined) assigned[name] = value
  }
  return {
    exit: result.exit,
    signal: result.signal,
    cause: result.cause,
    causeText: result.spawnError ?? (result.cause === 'timeout' ? `${execution.timeoutMs / 1000}s` : ''),
    stdout: textOfOutput(result),
    assigned,
    output: null,
  }
}

function textOfOutput({ stdout, stdoutTruncated }: ScriptResult): string | null {
  if (stdoutTruncated || stdout.length > CAPTURE_BYTES) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout)
  } catch {
    return null
  }
}

function judgeScript(script: Script, result: ScriptResult): Judged {
  return judge(script.entry, rawOf(script, result), typedValues(script.execution, script.hands))
}

function settleOutcome(
  script: Script,
  { result, timedOut, polls }: Ended,
  { tookMs, guard }: { readonly tookMs: number; readonly guard: { readonly block: string; readonly text: string } | null },
): Outcome {
  const { execution, hands, signal, output, carried } = script
  const rest = { tookMs, ...(polls === undefined ? {} : { polls }) }
  if (result === null)
    return {
      ...notStarted(''),
      status: 'failed',
      cause: { type: signal.aborted ? 'cancelled' : 'timeout', text: '' },
      ...withoutLost(output.end({})),
      ...rest,
    }
  keepNamedSecrets(result.seen, hands)
  const judged = withoutSecrets(judgeScript(script, result), execution, hands)
  keepNamedSecrets(textsOf(judged.captured ?? {}), hands)
  const { lost, ...kept } = output.end(result.seen)
  const late = timedOut && result.cause === null
  // Cancelled between two tries: that ended it, not what the last one said.
  const stopped = signal.aborted && polls !== undefined && result.cause === null
  const cause =
    lost !== null && judged.status === 'done' && !late
      ? { type: 'ended-early' as const, text: unkeptText(lost) }
      : late
        ? timeoutCause(execution, judged)
        : guard !== null && judged.cause?.type === 'guard'
          ? { type: 'guard' as const, ...guard }
          : stopped
            ? { type: 'cancelled' as const, text: '' }
            : judged.cause
  const isDone = judged.status === 'done' && lost === null && !late && !(signal.aborted && polls !== undefined)
  const host = hostFor(execution, script.entry, hands)
  const left = { before: carried, result, captured: judged.captured ?? {}, host }
  const carry = isDone ? carryOn(execution, left, hands) : undefined
  const redactor = hands.secrets.redactor()
  const exit = result.exit ?? result.signal
  return {
    status: isDone ? 'done' : judged.status === 'done' ? 'failed' : judged.status,
    ...(isDone
      ? {}
      : { cause: { ...(cause ?? { type: 'cancelled' as const, text: '' }), text: redactor.text(cause?.text ?? '') } }),
    ...(exit === null ? {} : { exit }),
    ...(isDone && judged.captured !== undefined ? { captured: judged.captured } : {}),
    ...(carry === undefined ? {} : { carry }),
    ...kept,
    ...rest,
    ...(result.leftovers.length === 0 ? {} : { leftovers: result.leftovers.map((one) => redactor.text(one)) }),
  }
}

const textsOf = (values: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => ('ref' in value ? [] : [[name, value.text]])))

/** A wait that never came true says what it saw last. */
function timeoutCause({ timeoutMs }: Execution, judged: Judged): NonNullable<Outcome['cause']> {
  const seen = judged.cause === undefined || judged.cause.text === '' ? '' : ` (${judged.cause.type}: ${judged.cause.text})`
  return { type: 'timeout', text: `${timeoutMs / 1000}s${seen}` }
}
