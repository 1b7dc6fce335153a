import { type Running, type ScriptResult } from '../../engine/process/run-script.ts'
import { startThere, type ThereRequest } from '../../engine/process/run-there.ts'

let count = 0

export interface ShownThere extends ScriptResult {
  readonly out: string
  readonly err: string
}

/** Starts a script on a host with plain settings; `shown` adds what it printed. */
export function beginThere(
  host: string,
  text: string,
  options: Partial<ThereRequest> & Pick<ThereRequest, 'sshEnv'>,
): Running & { readonly shown: Promise<ShownThere>; readonly marker: string; readonly said: () => string } {
  count += 1
  const marker = options.marker ?? `there-${process.pid}-${count}`
  const said = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  const text8 = (stream: 'stdout' | 'stderr'): string => Buffer.concat(said[stream]).toString('utf8')
  const running = startThere({
    host,
    text,
    setup: '',
    env: {},
    unset: [],
    captureNames: [],
    stdin: 'empty',
    cwd: null,
    timeoutMs: 20_000,
    graceMs: 500,
    marker,
    runMarker: `run-of-${marker}`,
    first: Promise.resolve(null),
    onSpawn: () => undefined,
    onChunk: (stream, bytes) => said[stream].push(Uint8Array.from(bytes)),
    ...options,
  })
  const shown = running.done.then((result) => ({ ...result, out: text8('stdout'), err: text8('stderr') }))
  return { ...running, shown, marker, said: () => text8('stdout') }
}
