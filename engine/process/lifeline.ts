import { spawn } from 'node:child_process'
import { endAll } from './survivors.ts'

/** Ends the processes of a run when the engine dies, however it dies. */
export interface Lifeline {
  /** From now on this group hangs on it. */
  watch(pid: number): void
  forget(pid: number): void
  /** The engine ends in order: nothing is ended. */
  close(): void
}

/*
 * Reads `+ PID`, `- PID` and `q`. The end of its input without `q` means that the engine is gone:
 * TERM to the groups and to all that carry the run's mark, KILL to what is left after the grace. A group whose leader carries
 * the mark is one of them too: the engine may have died after it began a block and before it told of it.
 */
const GUARDIAN = `
trap '' HUP INT TERM QUIT
declare -A groups
while read -r verb pid; do
  case $verb in +) groups[$pid]=1 ;; -) unset "groups[$pid]" ;; q) exit 0 ;; esac
done
marked() { grep -lzxF -- "REPRISE_RUN=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
end() { for p in "\${!groups[@]}"; do kill -s "$1" -- "-$p"; done 2>/dev/null; for p in $(marked "$2"); do kill -s "$1" "$p"; done 2>/dev/null; }
left() { for p in "\${!groups[@]}"; do kill -0 -- "-$p" 2>/dev/null && return 0; done; [[ -n $(marked "$1") ]]; }
for p in $(marked "$1"); do
  s=; IFS= read -r s < "/proc/$p/stat"; read -ra f <<< "\${s##*) }"
  [[ \${f[2]:-} == "$p" ]] && groups[$p]=1
done
end TERM "$1"
for ((i = 0; i < $2; i++)); do left "$1" || exit 0; sleep 0.1; done
end KILL "$1"
end KILL "$1"
`

/** Starts the guardian: one small process in a session of its own. */
export function startLifeline({ runMarker, graceMs }: { readonly runMarker: string; readonly graceMs: number }): Lifeline {
  const { PATH = '/usr/bin:/bin' } = process.env
  const child = spawn(
    'bash',
    ['--noprofile', '--norc', '-c', GUARDIAN, 'reprise-lifeline', runMarker, String(Math.ceil(graceMs / 100))],
    {
      detached: true,
      env: { PATH },
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  child.unref()
  ;(child.stdin as unknown as { unref?: () => void }).unref?.()
  const tell = (line: string): void => void child.stdin.write(`${line}\n`)
  return {
    watch: (pid) => tell(`+ ${pid}`),
    forget: (pid) => tell(`- ${pid}`),
    close() {
      child.stdin.end('q\n')
    },
  }
}

/** Proves that nothing of a dead sitting runs any more: ends what is left of it and names what could not be ended. */
export function endSurvivors({
  runMarker,
  graceMs,
}: {
  readonly runMarker: string
  readonly graceMs: number
}): Promise<{ readonly ended: readonly string[]; readonly alive: readonly string[] }> {
  return endAll({ variable: `REPRISE_RUN=${runMarker}` }, graceMs)
}
