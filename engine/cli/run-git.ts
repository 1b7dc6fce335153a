import { execFile } from 'node:child_process'
import type { RunCommand } from '../workspace/markdown-files.ts'

/** Runs a program and collects what it prints: at most 256 MB, at most a minute. */
export const runGit: RunCommand = (command, args, { cwd }) =>
  new Promise((resolve) => {
    execFile(command, [...args], { cwd, maxBuffer: 256 * 1024 * 1024, timeout: 60_000 }, (error, stdout) =>
      resolve({ ok: error === null, stdout: String(stdout) }),
    )
  })
