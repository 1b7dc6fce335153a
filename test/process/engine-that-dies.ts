/* What a run is to its processes: starts scripts on a lifeline and lives until it is killed. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLifeline } from '../../engine/process/lifeline.ts'
import { startScript } from '../../engine/process/run-script.ts'

const [, , runMarker = '', cwd = ''] = process.argv
const lifeline = startLifeline({ runMarker, graceMs: 500 })
const text = `
sleep 300 & echo $! > group
setsid bash -c 'echo $$ > escaped; sleep 300; :' &
(trap '' TERM; echo $BASHPID > ignores; while :; do sleep 0.1; done) &
env -i bash -c 'trap "" TERM; echo $$ > bare; while :; do /bin/sleep 0.1; done' &
wait
`
const { pid } = startScript({
  text,
  setup: '',
  env: { PATH: process.env['PATH'] ?? '' },
  captureNames: [],
  cwd,
  timeoutMs: null,
  graceMs: 500,
  marker: `${runMarker}/task`,
  runMarker,
  stdin: 'empty',
  onChunk: () => undefined,
})
// It may die in the moment between.
if (pid !== null && !existsSync(join(cwd, 'untold'))) lifeline.watch(pid)
if (existsSync(join(cwd, 'close-first'))) {
  lifeline.close()
  writeFileSync(join(cwd, 'closed'), '')
}
setInterval(() => undefined, 1000)
