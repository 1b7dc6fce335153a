import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where system daemons live that a plain PATH does not name. */
const SBIN = ['/usr/sbin', '/sbin', '/usr/local/sbin']

/** The full path of a program of this machine, or null. */
export function toolPath(tool: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...SBIN]) {
    const file = join(folder, tool)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not here.
    }
  }
  return null
}
