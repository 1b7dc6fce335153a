import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { cli, onTerminal, plainEnv, reprise, type Screen, settled, workspace } from './reprise.ts'
import { type SshHosts, startSshd } from './sshd.ts'

/**
 * A scenario is a text file that a person can read. First its script, a line a thing:
 *
 *     # a comment
 *     env NAME=VALUE
 *     hosts NAME…          a real sshd on loopback that answers under these names, and `far`, `stranger`, `closed` (`sshd.ts`)
 *     run ARGS…            the command line, without a terminal; then:
 *     terminal ARGS…       the same on a pseudo-terminal; then:
 *     exit N               it ends with this code
 *     out TEXT · not-out TEXT · err TEXT    standard output and error hold this
 *     see TEXT · not-see TEXT               the screen holds this
 *     keys TEXT            typed as it stands; \r is Enter, \x03 Ctrl-C
 *     same FILE EXPECTED   the file is now like that one (ids, times, hashes aside)
 *     unchanged FILE       not a byte of it changed
 *     shell COMMAND        a command in the folder, must succeed; `$REPRISE` is the command line's file
 *
 * then its files, each under a line `-- name --`.
 */
export interface Scenario {
  readonly title: string
  readonly script: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** Programs of the system that it needs. */
  readonly tools: readonly string[]
}

/** Reads a scenario's text. */
export function readScenario(text: string): Scenario {
  const [head = '', ...parts] = text.split(/^-- (.+) --\n/m)
  const files: Record<string, string> = {}
  for (let i = 0; i < parts.length; i += 2) files[parts[i] ?? ''] = parts[i + 1] ?? ''
  const script = head.split('\n').filter((line) => line.trim() !== '')
  const [first = ''] = script
  const tools = script.some((line) => line.startsWith('hosts ')) ? ['sshd', 'ssh', 'ssh-keygen'] : []
  return { title: first.replace(/^# /, ''), script, files, tools }
}

const words = (text: string): string[] => [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
const unescaped = (text: string): string =>
  text.replace(/\\(r|n|t|x[0-9a-f]{2})/g, (_, code: string) =>
    code === 'r' ? '\r' : code === 'n' ? '\n' : code === 't' ? '\t' : String.fromCharCode(parseInt(code.slice(1), 16)),
  )

/** Plays a scenario in a fresh folder; throws at the first line that does not hold. */
export async function play(scenario: Scenario): Promise<void> {
  const { root, remove } = workspace(scenario.files)
  const env: Record<string, string> = {}
  let ended = { code: null as number | null, stdout: '', stderr: '' }
  let screen: Screen | null = null
  let hosts: SshHosts | null = null
  const text = (name: string): string => readFileSync(join(root, name), 'utf8')
  try {
    for (const line of scenario.script) {
      const [, verb = '', rest = ''] = /^(\S+) ?(.*)$/.exec(line) ?? []
      const seen = (): string => settled(`${ended.stdout}`)
      switch (verb) {
        case '#':
          break
        case 'env':
          env[rest.slice(0, rest.indexOf('='))] = rest.slice(rest.indexOf('=') + 1).replaceAll('$PWD', root)
          break
        case 'hosts':
          hosts = await startSshd(words(rest))
          Object.assign(env, hosts.env)
          break
        case 'run':
          ended = await reprise(words(rest), { cwd: root, env })
          break
        case 'terminal':
          screen = onTerminal(words(rest), { cwd: root, env })
          break
        case 'exit':
          if (screen !== null) {
            ended = { code: await screen.ended(), stdout: screen.history(), stderr: '' }
            screen = null
          }
          expect(ended.code, `${line}\n${ended.stdout}\n${ended.stderr}`).toBe(Number(rest))
          break
        case 'out':
          expect(`${ended.stdout}\n${seen()}`, line).toContain(rest)
          break
        case 'not-out':
          expect(`${ended.stdout}\n${ended.stderr}`, line).not.toContain(rest)
          break
        case 'err':
          expect(ended.stderr, line).toContain(rest)
          break
        case 'see':
          await screen?.see(rest)
          break
        case 'not-see':
          expect(screen?.history() ?? ended.stdout, line).not.toContain(rest)
          break
        case 'keys':
          // A prompt throws away what was typed before it: give it the moment that a person needs.
          await new Promise((resolve) => setTimeout(resolve, 150))
          screen?.type(unescaped(rest))
          break
        case 'same': {
          const [file = '', wanted = ''] = words(rest)
          expect(settled(text(file)), line).toBe(settled(text(wanted)))
          break
        }
        case 'unchanged':
          expect(text(rest), line).toBe(scenario.files[rest])
          break
        case 'shell': {
          const { execFileSync } = await import('node:child_process')
          execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', rest], {
            cwd: root,
            stdio: 'pipe',
            env: { ...plainEnv(env), REPRISE: cli },
          })
          break
        }
        default:
          throw new Error(`unknown line in scenario: ${line}`)
      }
    }
  } finally {
    screen?.kill('SIGKILL')
    await hosts?.stop()
    remove()
  }
}
