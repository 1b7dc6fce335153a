import type { ShellState } from './prelude.ts'

/** What a block did to its shell. */
export interface StateChanges {
  /** Exported variables that were assigned or changed; null: the shell left no state. */
  readonly variables: Readonly<Record<string, string>> | null
  readonly unset: readonly string[]
  readonly cwd: string | null
  /** Captures that the block assigned. */
  readonly assigned: readonly string[]
  readonly arrays: readonly string[]
  /** What it had assigned when it ended, however it ended: what may be a secret among it is hidden. */
  readonly seen: Readonly<Record<string, string>>
}

const OF_THE_SHELL = /^(?:_|SHLVL|PWD|OLDPWD|BASH_.*|__reprise.*|REPRISE_TASK|REPRISE_RUN|LINENO|PIPESTATUS)$/

/** Of a shell that left no state. */
export const noChanges = (): StateChanges => ({ variables: null, unset: [], cwd: null, assigned: [], arrays: [], seen: {} })

/** What is otherwise in the shell's state than in what it was given. */
export function changesIn(
  state: ShellState,
  given: Readonly<Record<string, string>>,
  captureNames: readonly string[],
): StateChanges {
  const captured = new Set(captureNames)
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(state.variables)) {
    if (OF_THE_SHELL.test(name)) continue
    if (given[name] !== value || captured.has(name)) variables[name] = value
  }
  const unset = Object.keys(given).filter(
    (name) =>
      /^[A-Za-z_]\w*$/.test(name) &&
      !OF_THE_SHELL.test(name) &&
      !captured.has(name) &&
      !Object.hasOwn(state.variables, name) &&
      !state.arrays.includes(name),
  )
  const assigned = captureNames.filter((name) => Object.hasOwn(state.variables, name))
  return { variables, unset, cwd: state.cwd === '' ? null : state.cwd, assigned, arrays: state.arrays, seen: variables }
}
