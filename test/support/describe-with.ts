import { describe } from 'vitest'
import { toolPath } from './tool-path.ts'

/** A suite on real parts: left out where one of these programs is missing, which the last lines of the test command then say. */
export function describeWith(tools: readonly string[], name: string, suite: () => void): void {
  const missing = tools.filter((tool) => toolPath(tool) === null)
  if (missing.length === 0) describe(name, suite)
  else describe.skip(`${name} (left out: ${missing.join(', ')} not installed)`, suite)
}
