import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the bundle once before the tests, when a source is newer than it. */
export default function setup(): void {
  const built = join(root, 'dist/reprise.js')
  const newest = ['engine', 'steps'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((file) => statSync(join(root, top, file)).mtimeMs),
  )
  if (process.env['REPRISE_BUILT'] === '1') return
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...newest)) return
  execFileSync('npx', ['rolldown', '-c', 'rolldown.config.ts', '--log-level', 'warn'], { cwd: root, stdio: 'inherit' })
}
