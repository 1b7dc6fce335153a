import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'
import type { RunCommand } from '../workspace/markdown-files.ts'

/** A checkout's own configuration can name programs that git starts by itself: a checkout that is only looked at starts none. */
const QUIET = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-pager', '--no-optional-locks']

/** Runs git on a checkout that need not be trusted and collects what it prints: at most 256 MB, at most a minute. */
export const runGit: RunCommand = (command, args, { cwd }) =>
  new Promise((resolve) => {
    execFile(command, [...QUIET, ...args], { cwd, maxBuffer: 256 * 1024 * 1024, timeout: 60_000 }, (error, stdout) =>
      resolve({ ok: error === null, stdout: String(stdout) }),
    )
  })

/** A commit as people name it. */
export interface Commit {
  readonly id: string
  readonly at: Date
}

/** The commit that added a run's row to a file: what anchors its evidence. Null: not committed, no git. */
export function commitOfRow(path: string, run: string): Promise<Commit | null> {
  return firstCommit(path, [`-S${run}`])
}

/** The last commit that touched a file. */
export function lastCommitOf(path: string): Promise<Commit | null> {
  return firstCommit(path, [])
}

/** A file's text just before a commit, or in it where it came with it; null where git does not have it. */
export async function textBefore(path: string, { id }: Commit): Promise<string | null> {
  for (const at of [`${id}^`, id]) {
    const { ok, stdout } = await git(path, ['show', '--no-textconv', `${at}:./${basename(path)}`])
    if (ok) return stdout
  }
  return null
}

async function firstCommit(path: string, options: readonly string[]): Promise<Commit | null> {
  const log = ['log', '-1', '--no-ext-diff', '--no-textconv', '--format=%h %ct', ...options, '--', basename(path)]
  const { ok, stdout } = await git(path, log)
  const [id = '', seconds = ''] = stdout.trim().split(' ')
  return ok && id !== '' ? { id, at: new Date(Number(seconds) * 1000) } : null
}

const git = (path: string, args: readonly string[]): ReturnType<RunCommand> => runGit('git', args, { cwd: dirname(path) })
