import { spawn as spawnPty } from '@lydell/node-pty'
import { Terminal } from '@xterm/headless'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built command line. */
export const cli = fileURLToPath(new URL('../../dist/reprise.js', import.meta.url))

/** A fresh folder with these files, which counts as a root of its own. */
export function workspace(files: Readonly<Record<string, string>>): { readonly root: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'reprise-test-'))
  mkdirSync(join(root, '.git'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}

/** What a person's own shell would give, without what this machine adds. */
export function plainEnv(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color', XDG_CONFIG_HOME: join(tmpdir(), 'reprise-test-config'), ...more }
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line without a terminal and waits for its end. */
export async function reprise(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string },
): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd,
    env: plainEnv(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

/** The command line on a real pseudo-terminal of 80 × 40, seen through a terminal emulator. */
export interface Screen {
  /** What is visible now, without trailing blanks. */
  text(): string
  /** All that was ever shown, scrolled lines too. */
  history(): string
  /** Waits until the text is on the screen. */
  see(text: string | RegExp, timeoutMs?: number): Promise<void>
  type(keys: string): void
  /** Types a moment later: a prompt throws away what was typed before it stands. */
  press(keys: string): Promise<void>
  readonly pid: number
  readonly raw: () => string
  kill(signal?: string): void
  ended(timeoutMs?: number): Promise<number>
}

/** Starts the command line on a pseudo-terminal. */
export function onTerminal(
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env?: Readonly<Record<string, string>>
    readonly columns?: number
    readonly rows?: number
  },
): Screen {
  const cols = options.columns ?? 80
  const rows = options.rows ?? 40
  const terminal = new Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true })
  const pty = spawnPty(process.execPath, [cli, ...args], { cols, rows, cwd: options.cwd, env: plainEnv(options.env) })
  let raw = ''
  let code: number | null = null
  pty.onData((text) => {
    raw += text
    terminal.write(text)
  })
  pty.onExit(({ exitCode, signal }) => (code = signal !== undefined && signal !== 0 ? 128 + signal : exitCode))
  const lines = (from: number): string => {
    const { active } = terminal.buffer
    const all: string[] = []
    for (let y = from; y < active.length; y++) all.push(active.getLine(y)?.translateToString(true) ?? '')
    return all.join('\n').trimEnd()
  }
  const until = async (what: () => boolean, timeoutMs: number, why: () => string): Promise<void> => {
    const end = Date.now() + timeoutMs
    while (!what()) {
      if (Date.now() > end) throw new Error(`${why()}\nOn the screen:\n${lines(0)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return {
    text: () => lines(terminal.buffer.active.baseY),
    history: () => lines(0),
    see: (text, timeoutMs = 15_000) =>
      until(
        () => (typeof text === 'string' ? lines(0).includes(text) : text.test(lines(0))),
        timeoutMs,
        () => `never seen: ${String(text)}${code === null ? '' : ` (ended with ${code})`}`,
      ),
    type: (keys) => pty.write(keys),
    press: async (keys) => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      pty.write(keys)
    },
    pid: pty.pid,
    raw: () => raw,
    kill: (signal) => pty.kill(signal),
    ended: async (timeoutMs = 15_000) => {
      await until(
        () => code !== null,
        timeoutMs,
        () => 'did not end',
      )
      return code ?? -1
    },
  }
}

/** Run ids, times and hashes replaced, so that texts of two runs compare. */
export function settled(text: string): string {
  return text
    .replace(/r-\d{6}-[a-z2-7]{4}/g, 'r-RUN')
    .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, 'TIME')
    .replace(/\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?/g, 'DATE')
    .replace(/\b\d{2}:\d{2}:\d{2}Z/g, 'TIME')
    .replace(/\b[0-9a-f]{64}\b/g, 'HASH')
    .replace(/\b[0-9a-f]{12}\b/g, 'HEAD')
    .replace(/^\|.*\|$/gm, (row) => row.replace(/ +/g, ' ').replace(/-{3,}/g, '---'))
    .replace(/(?<![\w.])(?:\d+m\d{2}s|\d+(?:\.\d+)?s|\d+ms)(?!\w)/g, 'TOOK')
}
