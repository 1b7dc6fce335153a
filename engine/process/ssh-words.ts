/** A destination for the system's `ssh`, or why it is none. */
export function destinationOf(
  host: string,
): { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly why: string } {
  if (host === '') return { ok: false, why: 'no host is named' }
  if (host.startsWith('-') || !/^[\w.@:%-]+$/.test(host)) return { ok: false, why: `${host} is no name of a host` }
  // `name:port`; an address of IPv6 has more than one colon.
  const [, name, port] = /^([^:]+):(\d+)$/.exec(host) ?? []
  return { ok: true, words: name === undefined || port === undefined ? [host] : ['-p', port, name] }
}

/**
 * The words after `ssh` for a command of ours. The person's own configuration, agent, known hosts and shared connections hold;
 * what is set here bounds the waits and keeps a password from being asked where nobody is.
 */
export function sshWords(
  destination: readonly string[],
  given: {
    readonly command: string
    readonly terminal: boolean
    /** A person is there whom it may ask for a password. */
    readonly asks: boolean
    /** So long may the connection take. */
    readonly connectSeconds: number
  },
): string[] {
  const { command, terminal, asks, connectSeconds } = given
  const options = [
    ...(asks ? [] : ['BatchMode=yes']),
    `ConnectTimeout=${connectSeconds}`,
    'ServerAliveInterval=10',
    'ServerAliveCountMax=3',
    'RemoteCommand=none',
  ]
  return [terminal ? '-t' : '-T', ...options.flatMap((option) => ['-o', option]), ...destination, command]
}

/** Why `ssh` did not get there, in one sentence from what it printed. */
export function whyUnreached(said: string, exit: number | null): string {
  const lines = said
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[@*]+|^Warning: Permanently added/.test(line))
  const last = lines.at(-1) ?? (exit === null ? 'ssh ended without a word' : `ssh ended with ${exit}`)
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|HOST IDENTIFICATION/i.test(said))
    return `its key is not the one in known_hosts: somebody else may answer there (${last})`
  if (/host key is known|Host key verification failed/i.test(said)) return `its key is not in known_hosts (${last})`
  if (/Permission denied/i.test(said)) return `the login is refused (${last})`
  if (exit === 127 || exit === 126) return `it has no bash (${last})`
  return last
}
