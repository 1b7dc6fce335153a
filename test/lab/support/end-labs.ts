import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { reprise } from '../../support/reprise.ts'
import { labsFolder } from './lab.ts'

/** After the last test, every lab of this checkout ends. */
export default function setup(): () => Promise<void> {
  return async () => {
    if (!existsSync(labsFolder)) return
    for (const name of readdirSync(labsFolder))
      await reprise(['lab', 'down', '--home', join(labsFolder, name, 'lab')], { cwd: labsFolder })
    rmSync(labsFolder, { recursive: true, force: true })
  }
}
