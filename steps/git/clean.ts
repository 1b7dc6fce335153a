import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { shellWord } from '../support/shell-word.ts'
import { firstLineOf, type Ran, runProgram } from '../support/run-program.ts'
import { readStatus, type Status } from './support/status.ts'

const input = z.strictObject({
  path: z.string().min(1).default('.').describe('The working tree, from the root of the checkout.'),
  branch: z.string().min(1).optional().describe('Branch that must be checked out.'),
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, 'Invalid input: expected a commit, at least 7 hex digits')
    .optional()
    .describe('Commit that must be checked out, or its beginning.'),
  untracked: z.boolean().default(false).describe('Files that git does not know are no dirt.'),
  upstream: z
    .enum(['ignore', 'known', 'fetch'])
    .default('ignore')
    .describe('In sync with the upstream branch: as it was last seen, or, over the network, as it is now.'),
  timeoutMs: z.int().positive().default(30_000).describe('How long one git command may take, in milliseconds.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  commit: z.string().describe('Commit that is checked out.'),
  branch: z.string().describe('Branch that is checked out; empty where there is none.'),
  changed: z.int().describe('Files that differ from the commit.'),
  files: z.array(z.string()).describe('The first 20 of them.'),
  ahead: z.int().optional().describe('Commits that the upstream branch does not have.'),
  behind: z.int().optional().describe('Commits of the upstream branch that are missing here.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'git.clean',
  summary: 'Require a clean working tree, on the branch or commit that is expected, in sync with its upstream if asked.',
  effect: 'reads',
  input,
  output,
  examples: [
    { title: 'Nothing is changed', yaml: '{}', says: 'the working tree . is clean' },
    {
      title: 'On main and in sync with the server',
      yaml: 'path: config\nbranch: main\nupstream: fetch',
      says: 'the working tree config is clean, on main, in sync with its upstream as it is now',
    },
  ],
  describe: ({ path, branch, commit, upstream }) =>
    [
      `the working tree ${path} is clean`,
      ...(branch === undefined ? [] : [`on ${branch}`]),
      ...(commit === undefined ? [] : [`at ${commit}`]),
      ...(upstream === 'ignore' ? [] : [`in sync with its upstream as it ${upstream === 'fetch' ? 'is now' : 'was last seen'}`]),
    ].join(', '),
  byHand: ({ path, upstream, untracked }) =>
    [
      ...(upstream === 'fetch' ? [`git -C ${shellWord(path)} fetch`] : []),
      `git -C ${shellWord(path)} status --branch --porcelain${untracked ? ' --untracked-files=no' : ''}   # must show the branch and nothing else`,
      `git -C ${shellWord(path)} rev-parse HEAD`,
    ].join('\n'),
  async execute(given, tools): Promise<StepOutcome<Output>> {
    const where = resolve(tools.root, given.path)
    if (!existsSync(where)) return unknown(`${given.path} is not there`)
    const git = gitIn(where, given, tools)
    const inside = await git(['rev-parse', '--is-inside-work-tree', '--absolute-git-dir'])
    if (!inside.ok) return unknown(inside.reason)
    if (inside.exit !== 0) return notATree(given.path, inside.stderr)
    const [isTree, gitDir = ''] = inside.stdout.trim().split('\n')
    if (isTree !== 'true') return failed(`${given.path} is inside a repository, but no working tree`)
    if (given.upstream === 'fetch') {
      const fetched = await git(['fetch', '--quiet'])
      if (!fetched.ok) return unknown(`fetch: ${fetched.reason}`)
      if (fetched.exit !== 0) return unknown(`the upstream cannot be fetched: ${firstLineOf(fetched.stderr)}`)
    }
    const said = await git(['status', '--porcelain=v2', '--branch', '-z', `--untracked-files=${given.untracked ? 'no' : 'all'}`])
    if (!said.ok) return unknown(said.reason)
    if (said.exit !== 0) return unknown(`git status: ${firstLineOf(said.stderr)}`)
    return judged(given, readStatus(said.stdout), underWay(gitDir))
  },
})

/** Git without questions, without a program that the repository's own settings name for its files' state, and without taking locks. */
function gitIn(cwd: string, { timeoutMs }: Input, { signal }: StepTools): (args: readonly string[]) => Promise<Ran> {
  const env = { GIT_TERMINAL_PROMPT: '0', GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes' }
  return async (args) =>
    runProgram({ file: 'git', args: ['--no-optional-locks', '-c', 'core.fsmonitor=false', ...args], cwd, env, timeoutMs, signal })
}

const unknown = (summary: string): StepOutcome<Output> => ({ status: 'failed', verdict: 'unknown', summary })
const failed = (summary: string): StepOutcome<Output> => ({ status: 'failed', verdict: 'fail', summary })

function notATree(path: string, stderr: string): StepOutcome<Output> {
  return /not a git repository/i.test(stderr)
    ? failed(`${path} is no git repository`)
    : unknown(`${path} cannot be looked at: ${firstLineOf(stderr)}`)
}

const UNDER_WAY: Readonly<Record<string, string>> = {
  'index.lock': 'index.lock is there: another git runs, or one died',
  'HEAD.lock': 'HEAD.lock is there: another git runs, or one died',
  MERGE_HEAD: 'a merge is under way',
  'rebase-merge': 'a rebase is under way',
  'rebase-apply': 'a rebase is under way',
  CHERRY_PICK_HEAD: 'a cherry-pick is under way',
  REVERT_HEAD: 'a revert is under way',
  BISECT_LOG: 'a bisect is under way',
}

const underWay = (gitDir: string): readonly string[] =>
  Object.keys(UNDER_WAY).flatMap((name) => (existsSync(join(gitDir, name)) ? [UNDER_WAY[name] ?? name] : []))

function judged(given: Input, status: Status, open: readonly string[]): StepOutcome<Output> {
  const { commit, branch, files, upstream } = status
  const result = {
    commit: commit ?? '',
    branch: branch ?? '',
    changed: files.length,
    files: files.slice(0, 20),
    ...upstream?.counts,
  }
  const wrong = [
    ...open,
    ...(files.length === 0 ? [] : [`${files.length} changed: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ' …' : ''}`]),
    ...(given.branch === undefined || given.branch === branch ? [] : [`on ${branch ?? 'no branch'}, expected ${given.branch}`]),
    ...(given.commit === undefined || commit?.startsWith(given.commit) === true
      ? []
      : [`at ${commit?.slice(0, 12) ?? 'no commit'}, expected ${given.commit}`]),
    ...(given.upstream === 'ignore' ? [] : apart(upstream)),
  ]
  const evidence = { path: given.path, ...result, upstream: upstream?.name ?? null }
  if (wrong.length > 0) return { status: 'failed', verdict: 'fail', summary: wrong.join('; '), output: result, evidence }
  const summary = `clean, ${branch ?? 'no branch'} at ${commit?.slice(0, 12) ?? 'no commit'}`
  return { status: 'done', verdict: 'pass', summary, output: result, evidence }
}

function apart(upstream: Status['upstream']): readonly string[] {
  if (upstream === null) return ['the branch has no upstream']
  if (upstream.counts === null) return [`its upstream ${upstream.name} is gone`]
  const { ahead, behind } = upstream.counts
  return [
    ...(ahead === 0 ? [] : [`${ahead} not on ${upstream.name}`]),
    ...(behind === 0 ? [] : [`${behind} behind ${upstream.name}`]),
  ]
}
