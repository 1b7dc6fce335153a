import { spawn } from 'node:child_process'
import { openSession, type SessionEnd, type SessionRequest } from './session.ts'
import { destinationOf, sshWords } from './ssh-words.ts'

/** How a block that had the terminal ended: what its supervisor told, and the exit status of the connection that it had. */
export interface Lent {
  readonly end: SessionEnd
  readonly exit: number | null
}

/**
 * Runs a block on another host with the terminal of this one. Its text goes through a connection of its own, which stays to
 * watch; the second one has the terminal and is told only where the text waits.
 */
export function lendThere(request: Omit<SessionRequest, 'verb' | 'asks' | 'onChunk'>): {
  readonly done: Promise<Lent>
  readonly end: () => void
  readonly cut: () => void
} {
  let hangUp: (() => void) | null = null
  let folder = ''
  let exit: number | null = null
  const session = openSession({
    ...request,
    verb: 'lend',
    asks: true,
    onChunk(stream, bytes) {
      if (stream === 'stderr' || hangUp !== null) return
      folder += Buffer.from(bytes).toString('utf8')
      if (!folder.endsWith('\0')) return
      const child = takeTerminal(request, folder.slice(0, -1))
      hangUp = child.hangUp
      void child.exit.then((code) => {
        exit = code
        session.end()
      })
    },
  })
  const end = (): void => {
    if (hangUp === null) session.end()
    else hangUp()
  }
  return { done: session.done.then((ended) => ({ end: ended, exit })), end, cut: () => session.cut() }
}

function takeTerminal(
  { host, env, onSpawn }: Pick<SessionRequest, 'host' | 'env' | 'onSpawn'>,
  folder: string,
): { readonly exit: Promise<number | null>; readonly hangUp: () => void } {
  const destination = destinationOf(host)
  // A folder's name that is not `mktemp`'s own is not put into a command line.
  if (!destination.ok || !/^\/[\w./-]+$/.test(folder)) return { exit: Promise.resolve(null), hangUp: () => undefined }
  const command = `exec bash --noprofile --norc -euo pipefail ${folder}/text`
  const child = spawn('ssh', sshWords(destination.words, { command, terminal: true, asks: true, connectSeconds: 10 }), {
    env,
    stdio: 'inherit',
  })
  if (child.pid !== undefined) onSpawn(child.pid)
  const exit = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', () => resolve(null))
  })
  return { exit, hangUp: () => void child.kill('SIGTERM') }
}
