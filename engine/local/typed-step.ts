import type { Execution, Outcome } from '../model/fact.ts'
import { pollScript } from '../process/poll.ts'
import { watchGuards } from './guards.ts'
import type { Hands } from './hands.ts'
import { notStarted } from './not-started.ts'
import { openOutputLog, unkeptText } from './output-log.ts'
import { outputName } from './output-name.ts'
import { once, typedOf, type Step, type Try } from './typed-try.ts'

/** Runs a typed step's check, its own work or its undo. Says what happened; never throws for what the step does. */
export async function runTypedStep(execution: Execution, hands: Hands, signal: AbortSignal): Promise<Outcome> {
  const entry = hands.entry(execution.step)
  const typed = typedOf(execution, entry, hands)
  if (typeof typed === 'string') return notStarted(typed)
  const guards = await watchGuards(execution, hands, signal)
  const before = guards.failed()
  if (before !== null) return { ...notStarted(before.text, 'guard'), cause: { type: 'guard', ...before } }
  const log = openOutputLog({
    folder: `${hands.folder}/output`,
    name: outputName(execution),
    redactor: () => hands.secrets.redactor(),
    watch: (text) => hands.face.output(execution.key, text),
  })
  const began = performance.now()
  const step: Step = { execution, entry, hands, ...typed, log }
  const isPolled = entry.type !== 'command' && entry.everyMs !== null && execution.purpose !== 'look'
  const { outcome: said, polls } = isPolled ? await polled(step, signal) : await guarded(step, { guards, signal })
  const { tail, log: file, lost } = log.end()
  const outcome = lost === null || said.status !== 'done' ? said : unkept(lost, said)
  const tookMs = Math.round(performance.now() - began)
  return { ...outcome, tail, tookMs, ...(file === undefined ? {} : { log: file }), ...(polls === undefined ? {} : { polls }) }
}

/** What it did cannot be shown: it is no success. */
function unkept(lost: string, said: Try['outcome']): Try['outcome'] {
  return { ...said, status: 'failed', cause: { type: 'ended-early', text: unkeptText(lost) } }
}

/** Once, and no longer than its guards hold. */
async function guarded(
  step: Step,
  { guards, signal }: { readonly guards: Awaited<ReturnType<typeof watchGuards>>; readonly signal: AbortSignal },
): Promise<{ readonly outcome: Try['outcome']; readonly polls?: number }> {
  const ended = new AbortController()
  guards.watch((why) => ended.abort(why))
  const { outcome } = await once(step, AbortSignal.any([signal, ended.signal]))
  guards.stop()
  const failed = guards.failed()
  if (failed === null || outcome.status === 'done') return { outcome }
  // As of a shell command: it failed, and what it has done is not known.
  return { outcome: { ...outcome, status: 'failed', cause: { type: 'guard', ...failed } } }
}

async function polled(step: Step, signal: AbortSignal): Promise<{ readonly outcome: Try['outcome']; readonly polls: number }> {
  const { execution, entry, hands } = step
  const ended = await pollScript<Try>({
    start: () => {
      const stopped = new AbortController()
      return { done: once(step, AbortSignal.any([signal, stopped.signal])), cancel: (cause) => stopped.abort(cause) }
    },
    everyMs: entry.everyMs ?? 1000,
    holdMs: entry.holdMs,
    timeoutMs: execution.timeoutMs,
    judge: ({ outcome, summary }) => ({ ok: outcome.status === 'done', value: hands.secrets.redactor().text(summary) }),
    onProgress: (progress) => hands.face.progress(execution.task, progress),
    signal,
  })
  const { polls, result } = ended
  if (ended.ok && result !== null) return { outcome: result.outcome, polls }
  if (ended.cancelled) return { outcome: { status: 'failed', cause: { type: 'cancelled', text: '' } }, polls }
  const seen = result?.outcome.cause?.text ?? ''
  const text = `${execution.timeoutMs / 1000}s${seen === '' ? '' : ` (${seen})`}`
  return { outcome: { status: 'failed', cause: { type: 'timeout', text }, ...verdictOf(result?.outcome) }, polls }
}

const verdictOf = (outcome: Try['outcome'] | undefined): Pick<Outcome, 'verdict'> =>
  outcome?.verdict === undefined ? {} : { verdict: outcome.verdict }
