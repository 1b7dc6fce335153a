import type { Word } from './script.ts'

/** Options of `ssh` that take a value of their own. */
const valued = 'BbcDEeFIiJLlmOopQRSWw'

/** Where the host stands among the words of an `ssh`; -1 where there is none. */
export function hostIndex(args: readonly Word[]): number {
  for (let at = 0; at < args.length; at += 1) {
    const value = args[at]?.value ?? ''
    if (value === '--') return at + 1 < args.length ? at + 1 : -1
    if (!value.startsWith('-')) return at
    if (/^-\w*$/.test(value) && valued.includes(value.at(-1) ?? '')) at += 1
  }
  return -1
}

/** The words after an `ssh`'s host. */
export function remoteCommand(args: readonly Word[]): readonly Word[] {
  const host = hostIndex(args)
  return host === -1 ? [] : args.slice(host + 1)
}

/** `ssh HOST` and nothing more: a session, not a command. */
export function isSession(args: readonly Word[]): boolean {
  const values = args.map(({ value }) => value)
  const host = hostIndex(args)
  if (host === -1 || host + 1 < args.length) return false
  return !values.some((value) => /^-(?:V|G|N|f|T?N\w*|O|Q|W)/.test(value))
}
