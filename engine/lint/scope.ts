import type { Runbook } from '../model/runbook.ts'
import { builtIns, groupOf, itemIndex, namesOf } from './names.ts'
import type { KnownName } from './names.ts'
import { shellOf } from './shell-of.ts'
import type { Shell } from './shell-of.ts'
import { scriptsOf } from './spots.ts'
import type { Spot } from './spots.ts'

/** A shell block with the names that have a value in it. */
export interface Scope {
  readonly spot: Spot
  readonly shell: Shell
  readonly has: (name: string) => boolean
  readonly names: () => readonly string[]
}

/** Visits the shell blocks in the order in which they can define names for each other: `setup` first. */
export function eachScope(runbook: Runbook, visit: (scope: Scope) => void): void {
  const scripts = scriptsOf(runbook)
  const everywhere = new Set([...builtIns, ...scripts.flatMap(setupNames)])
  const anywhere = new Set([
    ...namesOf(runbook).map(({ name }) => name),
    ...scripts.flatMap(({ block }) => shellOf(block).assigned),
  ])
  const inGroup = new Map<object, Set<string>>()
  const waiting = [...namesOf(runbook)].sort((one, other) => one.line - other.line)
  let next = 0
  let isOpaque = false
  const setOf = (group: object | null): Set<string> => {
    if (group === null) return everywhere
    const set = inGroup.get(group) ?? new Set([itemIndex])
    inGroup.set(group, set)
    return set
  }
  for (const spot of scripts) {
    const { block, step, phase } = spot
    const shell = shellOf(block)
    const group = groupOf(step, phase)
    for (let known = waiting[next]; known !== undefined && isBefore(known, spot); known = waiting[next]) {
      setOf(known.group).add(known.name)
      next += 1
    }
    const own = setOf(group)
    for (const name of shell.assigned) own.add(name)
    isOpaque ||= shell.commands.some(definesUnseen)
    const isLate = block.role === 'rollback' || block.role === 'on-failure' || block.role === 'cleanup'
    const all = isOpaque
    visit({
      spot,
      shell,
      has: (name) => all || everywhere.has(name) || own.has(name) || (isLate && anywhere.has(name)),
      names: () => [...everywhere, ...own],
    })
  }
}

/** A block's own capture has its value only after it. */
function isBefore({ line, how }: KnownName, { block }: Spot): boolean {
  return how === 'capture' ? line < block.place.line : line <= block.place.line
}

function setupNames({ block }: Spot): readonly string[] {
  return block.role === 'setup' ? shellOf(block).assigned : []
}

/** `source`, `eval`, `export $(…)`: what they define cannot be seen. */
function definesUnseen(command: Shell['commands'][number]): boolean {
  const { name, args } = command.program
  if (name === 'source' || name === '.' || name === 'eval') return true
  return ['export', 'declare', 'typeset'].includes(name) && args.some(({ value }) => /^[$`]/.test(value))
}
