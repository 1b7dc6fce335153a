import { readShell } from '../language/shell.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { isOnPath } from '../process/run-command.ts'

/** A tool that blocks call, and the steps that need it. */
export interface NeededTool {
  readonly name: string
  readonly here: boolean
  /** Step numbers, or section names, in document order. */
  readonly steps: readonly string[]
}

const BUILTINS = new Set(
  '. : [ [[ alias bg break builtin cd command continue declare echo eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile printf pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait'.split(
    ' ',
  ),
)

/** The tools that a plan's blocks call on this machine: no builtins, no functions of its own, nothing that a path names; of blocks on other hosts only `ssh`. */
export function toolsOf(plan: Plan): NeededTool[] {
  const own = new Set(plan.setup === '' ? [] : functionsOf(plan.setup))
  const steps = new Map<string, string[]>([['bash', []]])
  const called = (text: string): readonly string[] => readShell(text).commands
  for (const name of called(plan.setup)) steps.set(name, [])
  for (const entry of plan.steps.filter(runs)) {
    const part = plan.parts.find(({ id }) => id === entry.part)
    for (const name of entry.host === null ? called(entry.text) : ['ssh']) {
      const at = steps.get(name) ?? []
      const number = part?.number ?? ''
      steps.set(name, number === '' || at.includes(number) ? at : [...at, number])
    }
  }
  return [...steps]
    .filter(([name]) => !BUILTINS.has(name) && !own.has(name))
    .map(([name, at]) => ({ name, here: isOnPath(name), steps: at }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const SHELL = new Set<PlanEntry['type']>([
  'check',
  'command',
  'wait',
  'validate',
  'rollback',
  'on-failure',
  'guard',
  'notify',
  'cleanup',
])

function runs({ type, use, treatment, text }: PlanEntry): boolean {
  return SHELL.has(type) && use === null && treatment === 'execute' && text !== ''
}

const functionsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\)/gm)].map(([, name = '']) => name)
