import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'
import type { Who } from '../model/fact.ts'

/** Who operates: `--as`, else git's `user.name`, else the account. */
export function operatorOf(given: { readonly as?: string }, mode: 'attended' | 'unattended', root: string): Who {
  const how = mode === 'attended' ? 'terminal' : 'policy'
  if (given.as !== undefined && given.as.trim() !== '') return { name: given.as.trim(), how }
  return { name: gitName(root) ?? accountName(), how }
}

function gitName(root: string): string | null {
  try {
    const name = execFileSync('git', ['config', 'user.name'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    return name === '' ? null : name
  } catch {
    return null
  }
}

function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
