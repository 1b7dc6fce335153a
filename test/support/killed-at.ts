import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { cli, plainEnv } from './reprise.ts'

/** Runs the command line and kills its engine as soon as a step has started. */
export async function killedAt(
  step: string,
  {
    args,
    cwd,
    env = {},
  }: { readonly args: readonly string[]; readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<void> {
  const engine = spawn(process.execPath, [cli, ...args, '--json'], { cwd, env: plainEnv(env) })
  let said = ''
  engine.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => engine.on('close', (_, signal) => resolve(signal)))
  for await (const line of createInterface({ input: engine.stdout })) {
    said += `${line}\n`
    const fact = JSON.parse(line) as { type: string; key?: string; purpose?: string }
    if (fact.type === 'step-started' && fact.purpose === 'run' && fact.key === step) engine.kill('SIGKILL')
  }
  expect(await ended, said).toBe('SIGKILL')
}
