import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

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

/** A suite on real parts: left out where one of these programs is missing, which the last lines of the test command then say. */
export function describeWith(tools: readonly string[], name: string, suite: () => void): void {
  const missing = tools.filter((tool) => toolPath(tool) === null)
  if (missing.length === 0) describe(name, suite)
  else describe.skip(`${name} (left out: ${missing.join(', ')} not installed)`, suite)
}
