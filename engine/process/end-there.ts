import { markThere, readParts } from './run-there.ts'
import { openSession, type SessionRequest } from './session.ts'

interface Asked {
  readonly host: string
  /** Environment of the local `ssh`. */
  readonly env: Readonly<Record<string, string>>
}

/** Ends what is left of tasks on another host: TERM, and after the grace KILL. */
export async function endThere({
  host,
  markers,
  env,
  graceMs,
}: Asked & { readonly markers: readonly string[]; readonly graceMs: number }): Promise<
  { readonly type: 'known'; readonly alive: readonly string[] } | { readonly type: 'unknown'; readonly why: string }
> {
  const task = markers.map((marker) => markThere(host, marker)).join('\n')
  const end = await openSession({ ...quiet, host, env, verb: 'end', task, graceMs }).done
  if (end.type !== 'ended') return { type: 'unknown', why: end.why }
  return { type: 'known', alive: readParts(end.parts).alive.map((name) => name.slice(0, 120)) }
}

/** Can a block be run there? Null, or why not. */
export async function askHost({ host, env }: Asked): Promise<string | null> {
  const end = await openSession({ ...quiet, host, env, verb: 'ask', task: '', graceMs: 0 }).done
  return end.type === 'ended' ? null : end.why
}

const quiet: Omit<SessionRequest, 'host' | 'verb' | 'task' | 'env' | 'graceMs'> = {
  text: null,
  run: '',
  asks: false,
  onChunk: () => undefined,
  onSpawn: () => undefined,
  onBegun: () => undefined,
}
