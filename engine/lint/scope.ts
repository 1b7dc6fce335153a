import type { Runbook } from '../model/runbook.ts'
import { builtIns, groupOf, itemIndex, namesOf } from './names.ts'
import type { KnownName } from './names.ts'
import { scriptOf, variablesOf } from './shell-of.ts'
import type { Variables } from './shell-of.ts'
import type { Command } from './script.ts'
import { scriptsOf } from './spots.ts'
import type { Spot } from './spots.ts'

/** A shell block with the names that have a value in it. */
export interface Scope {
  readonly spot: Spot
  readonly variables: Variables
  readonly has: (name: string) => boolean
  readonly names: () => readonly string[]
}

/** Visits the shell blocks in the order in which they can define names for each other: `setup` first. */
export function eachScope(runbook: Runbook, visit: (scope: Scope) => void): void {
  const scripts = scriptsOf(runbook)
  const everywhere = new Set([...builtIns, ...scripts.flatMap(setupNames)])
  const anywhere = new Set([
    ...namesOf(runbook).map(({ name }) => name),
    ...scripts.flatMap(({ block }) => variablesOf(block).assigned),
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
    const variables = variablesOf(block)
    const group = groupOf(step, phase)
    for (let known = waiting[next]; known !== undefined && isBefore(known, spot); known = waiting[next]) {
      setOf(known.group).add(known.name)
      next += 1
    }
    const own = setOf(group)
    for (const name of variables.assigned) own.add(name)
    isOpaque ||= maySource.test(block.body) && scriptOf(block).commands.some(definesUnseen)
    const isLate = block.role === 'rollback' || block.role === 'on-failure' || block.role === 'cleanup'
    const all = isOpaque
    visit({
      spot,
      variables,
      has: (name) => all || everywhere.has(name) || own.has(name) || (isLate && anywhere.has(name)),
      names: () => [...everywhere, ...own],
    })
  }
}

const maySource = /\b(?:source|eval|export|declare|typeset)\b|(?:^|[\s;&|(])\.\s/

/** A block's own capture has its value only after it. */
function isBefore({ line, how }: KnownName, { block }: Spot): boolean {
  return how === 'capture' ? line < block.place.line : line <= block.place.line
}

function setupNames({ block }: Spot): readonly string[] {
  return block.role === 'setup' ? variablesOf(block).assigned : []
}

/** `source`, `eval`, `export $(…)`: what they define cannot be seen. */
function definesUnseen(command: Command): boolean {
  const { name, args } = command.program
  if (name === 'source' || name === '.' || name === 'eval') return true
  return ['export', 'declare', 'typeset'].includes(name) && args.some(({ value }) => /^[$`]/.test(value))
}
