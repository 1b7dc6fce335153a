import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reprise } from '../../support/reprise.ts'
import { labsPrefix } from './lab.ts'

/** After the last test, every lab of this checkout ends. */
export default function setup(): () => Promise<void> {
  return async () => {
    for (const folder of readdirSync(tmpdir())
      .filter((name) => name.startsWith(labsPrefix))
      .map((name) => join(tmpdir(), name))) {
      for (const name of readdirSync(folder)) await reprise(['lab', 'down', '--home', join(folder, name, 'lab')], { cwd: folder })
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
