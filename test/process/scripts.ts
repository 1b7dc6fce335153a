import { mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Running, type ScriptRequest, type ScriptResult, startScript } from '../../engine/process/run-script.ts'

let count = 0

/** A fresh folder, by its real path. */
export const folder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'reprise-process-')))

export const home = folder()
export const PATH = process.env['PATH'] ?? '/usr/bin:/bin'

export interface Shown extends ScriptResult {
  readonly out: string
  readonly err: string
  readonly marker: string
}

/** Starts a script with plain settings; `shown` adds what it printed. */
export function begin(
  text: string,
  options: Partial<ScriptRequest> = {},
): Running & { readonly shown: Promise<Shown>; readonly marker: string } {
  count += 1
  const marker = options.marker ?? `test-${process.pid}-${count}`
  const said = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  const running = startScript({
    text,
    setup: '',
    env: { PATH, HOME: home, LANG: 'C.UTF-8' },
    captureNames: [],
    cwd: home,
    timeoutMs: 20_000,
    graceMs: 500,
    marker,
    runMarker: `run-of-${marker}`,
    stdin: 'empty',
    onChunk: (stream, bytes) => said[stream].push(Uint8Array.from(bytes)),
    ...options,
  })
  const shown = running.done.then((result) => ({
    ...result,
    out: Buffer.concat(said.stdout).toString('utf8'),
    err: Buffer.concat(said.stderr).toString('utf8'),
    marker,
  }))
  return { ...running, shown, marker }
}

export const run = (text: string, options: Partial<ScriptRequest> = {}): Promise<Shown> => begin(text, options).shown

/** Runs blocks one after the other, as the engine does: what one assigns, the next one sees. */
export async function runAll(texts: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Shown[]> {
  const results: Shown[] = []
  let vars: Record<string, string> = { PATH, HOME: home, LANG: 'C.UTF-8', ...env }
  let cwd = home
  for (const text of texts) {
    const result = await run(text, { env: vars, cwd })
    results.push(result)
    vars = { ...vars, ...result.variables }
    for (const name of result.unset) delete vars[name]
    cwd = result.cwd ?? cwd
  }
  return results
}

/** Does it still run? The dead that nobody has buried do not. */
export const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
