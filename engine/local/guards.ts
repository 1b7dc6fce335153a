import { judge } from '../machine/judge.ts'
import type { BlockId, Execution } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { pause } from '../process/poll.ts'
import { carriedTo } from './carry.ts'
import { typedValues } from './environment.ts'
import type { Hands } from './hands.ts'
import { startBlock } from './start-block.ts'
import { once, typedOf } from './typed-try.ts'

interface Failed {
  readonly block: BlockId
  readonly text: string
}

/** The guards of one execution: judged before it starts, then polled while it runs. */
export interface Guards {
  failed(): Failed | null
  /** Polls on; the first failure is told once. */
  watch(onFailure: (why: 'guard') => void): void
  stop(): void
}

/** Judges every guard once; what is wrong already is told by `failed`. */
export async function watchGuards(execution: Execution, hands: Hands, signal: AbortSignal): Promise<Guards> {
  const stopped = new AbortController()
  let failed: Failed | null = null
  for (const block of execution.guards) {
    failed ??= await judgeGuard(block, execution, hands, AbortSignal.any([signal, stopped.signal]))
  }
  return {
    failed: () => failed,
    watch(onFailure) {
      for (const block of execution.guards) void watch(block, onFailure)
    },
    stop: () => stopped.abort('over'),
  }

  async function watch(block: BlockId, onFailure: (why: 'guard') => void): Promise<void> {
    const everyMs = hands.entry(block).everyMs ?? 1000
    for (;;) {
      await pause(everyMs, stopped.signal)
      if (stopped.signal.aborted) return
      const found = await judgeGuard(block, execution, hands, stopped.signal)
      if (stopped.signal.aborted) return
      if (found === null) continue
      failed ??= found
      onFailure('guard')
      return
    }
  }
}

async function judgeGuard(block: BlockId, execution: Execution, hands: Hands, signal: AbortSignal): Promise<Failed | null> {
  const entry = hands.entry(block)
  const why =
    entry.use === null ? await judgeScript(entry, execution, hands, signal) : await judgeTyped(entry, execution, hands, signal)
  return why === null ? null : { block, text: hands.secrets.redactor().text(`${block}: ${why}`) }
}

/** Null where it holds, else why not. */
async function judgeTyped(entry: PlanEntry, execution: Execution, hands: Hands, signal: AbortSignal): Promise<string | null> {
  const typed = typedOf(execution, entry, hands)
  if (typeof typed === 'string') return typed
  const own = { ...execution, step: entry.id, purpose: 'run' as const, timeoutMs: entry.timeoutMs }
  const { outcome, summary } = await once({ execution: own, entry, hands, ...typed, log: { line: () => undefined } }, signal)
  return outcome.status === 'done' ? null : summary || (outcome.cause?.text ?? 'failed')
}

async function judgeScript(entry: PlanEntry, execution: Execution, hands: Hands, signal: AbortSignal): Promise<string | null> {
  const carried = carriedTo(execution, hands)
  let said = ''
  const running = startBlock(
    {
      execution,
      entry,
      carried: carried === 'lost' ? null : carried,
      text: entry.text,
      captureNames: [],
      timeoutMs: entry.timeoutMs,
      graceMs: Math.min(hands.policy.limits.graceMs, 2000),
      marker: `${execution.task}/${entry.id}`,
      stdin: 'empty',
      onChunk: (_, bytes) => {
        said = (said + Buffer.from(bytes).toString('utf8')).slice(-500)
      },
    },
    hands,
  )
  const cancel = (): void => running.cancel('cancelled')
  signal.addEventListener('abort', cancel)
  const result = await running.done
  signal.removeEventListener('abort', cancel)
  const judged = judge(
    { ...entry, captures: [] },
    {
      exit: result.exit,
      signal: result.signal,
      cause: result.cause,
      causeText: result.spawnError ?? '',
      stdout: Buffer.from(result.stdout).toString('utf8'),
      assigned: {},
      output: null,
    },
    typedValues(execution, hands),
  )
  if (judged.status === 'done') return null
  const last = said.trim().split('\n').at(-1) ?? ''
  return last !== '' ? last : `${judged.cause?.type ?? 'failed'} ${judged.cause?.text ?? ''}`.trimEnd()
}
