import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { cli, plainEnv } from './reprise.ts'

/** Where a run is started: a root, and what its environment has beside the plain one; a lab is one. */
interface Place {
  readonly root: string
  readonly env: Readonly<Record<string, string>>
}

/** What is done in the middle of a run: when this block begins, or this one of a repeated step, `start[1]`. */
export interface AtBlock {
  readonly block: string
  readonly act: (engine: ChildProcess) => unknown
}

/** A run that has ended, with its facts as lines of JSON. */
export interface Told {
  readonly run: string
  readonly code: number | null
  readonly stdout: string
}

/** Runs `reprise WORD…` in a root, and does something when a block begins. */
export async function atBlock({ root, env: own }: Place, words: readonly string[], { block, act }: AtBlock): Promise<Told> {
  const tools = own['KAFKA_BIN'] === undefined ? {} : { PATH: `${own['KAFKA_BIN']}:${process.env['PATH']}` }
  const env = { ...plainEnv(own), ...tools }
  const engine = spawn(process.execPath, [cli, ...words, '--json'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => engine.on('close', resolve))
  let run = ''
  const lines: string[] = []
  for await (const line of createInterface({ input: engine.stdout })) {
    lines.push(line)
    const fact = JSON.parse(line) as { type: string; run: string; purpose?: string; step?: string; key?: string }
    if (run !== '' || fact.type !== 'step-started' || fact.purpose !== 'run') continue
    if (fact.step !== block && fact.key !== block) continue
    run = fact.run
    await act(engine)
  }
  const told = { run, code: await ended, stdout: lines.join('\n') }
  expect(run, `${block} never began\n${told.stdout}`).not.toBe('')
  return told
}

/** Kills the engine with SIGKILL in the middle of a block, once what it does is seen: the run's id. */
export async function killedAt(
  place: Place,
  words: readonly string[],
  { block, once = () => true }: { readonly block: string; readonly once?: () => boolean },
): Promise<string> {
  const { run, code, stdout } = await atBlock(place, words, {
    block,
    act: async (engine) => {
      await expect.poll(once, { timeout: 60_000, interval: 20 }).toBe(true)
      engine.kill('SIGKILL')
    },
  })
  expect(code, stdout).toBeNull()
  return run
}
