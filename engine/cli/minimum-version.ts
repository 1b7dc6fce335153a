import type { Problem } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { toolVersion } from './tool-root.ts'

/** The problem of a runbook whose *Minimum version* this tool does not reach. */
export function versionProblems(file: string, { info }: Runbook): Problem[] {
  const wanted = info.minimumVersion
  if (wanted === null || isAtLeast(toolVersion(), wanted.value)) return []
  const own = toolVersion()
  return [
    {
      file,
      place: wanted.place,
      severity: 'error',
      rule: 'minimum-version',
      reason: `Unexpected version ${own} of reprise, expected at least ${wanted.value}`,
      expected: [wanted.value],
      actual: own,
      nearest: null,
      cause: null,
    },
  ]
}

/** Compares the numbers of two versions; what holds no number asks for nothing. */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string): number[] => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number)
  const own = numbers(version)
  for (const [index, number] of numbers(wanted).entries()) {
    const mine = own[index] ?? 0
    if (mine !== number) return mine > number
  }
  return true
}
