import type { Carried } from '../journal/carry-store.ts'
import type { Execution } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { type Running, type ScriptRequest, startScript } from '../process/run-script.ts'
import { startThere } from '../process/run-there.ts'
import { environmentHere, environmentOf, environmentThere, typedValues } from './environment.ts'
import type { Hands } from './hands.ts'
import { hostOf } from './hosts.ts'

/** What is run, where its step says. */
export interface BlockStart extends Pick<ScriptRequest, 'text' | 'captureNames' | 'timeoutMs' | 'graceMs' | 'stdin' | 'onChunk'> {
  readonly execution: Execution
  /** Whose host and interpreter it is; of a command of a person's own, the step's. */
  readonly entry: Pick<PlanEntry, 'host' | 'interpreter'>
  readonly carried: Carried | null
  /** Unique in the run. */
  readonly marker: string
}

/** The host where the blocks of an entry run; null: here. */
export function hostFor(execution: Execution, entry: Pick<PlanEntry, 'host'>, hands: Hands): string | null {
  return entry.host === null ? null : hostOf(entry.host, typedValues(execution, hands))
}

/** Starts a block's shell, here or on its host, and hangs it on the lifeline. */
export function startBlock(block: BlockStart, hands: Hands): Running {
  const { execution, entry, carried } = block
  const host = hostFor(execution, entry, hands)
  const request = {
    ...block,
    setup: hands.plan.setup,
    marker: `${hands.runMarker}/${block.marker}`,
    runMarker: hands.runMarker,
    ...(entry.interpreter === undefined ? {} : { interpreter: entry.interpreter.split(/\s+/) }),
  }
  if (host !== null) return startOn(host, request, hands)
  const running = startScript({
    ...request,
    env: environmentOf(execution, carried, hands),
    cwd: carried?.cwd ?? hands.root,
  })
  if (running.pid !== null) hang(running.pid, running, hands)
  return running
}

function startOn(
  host: string,
  request: BlockStart & Pick<ScriptRequest, 'setup' | 'marker' | 'runMarker'>,
  hands: Hands,
): Running {
  const pids: number[] = []
  const running = startThere({
    ...request,
    host,
    ...environmentThere(request.execution, request.carried, { hands, host }),
    sshEnv: environmentHere(hands),
    first: hands.hosts.prove(host),
    onSpawn(pid) {
      pids.push(pid)
      hands.lifeline.watch(pid)
    },
  })
  const done = running.done.then(async (result) => {
    for (const pid of pids) hands.lifeline.forget(pid)
    if (result.cause !== 'lost') return result
    hands.hosts.doubt(host, request.marker)
    const why = await hands.hosts.prove(host)
    if (why !== null) hands.face.warn(`${host}: ${why}`)
    return result
  })
  return { ...running, done }
}

function hang(pid: number, running: Running, hands: Hands): void {
  hands.lifeline.watch(pid)
  void running.done.then(() => hands.lifeline.forget(pid))
}
