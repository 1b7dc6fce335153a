import { namesIn, parseExpression } from '../../language/expression.ts'
import { nearest } from '../../language/nearest.ts'
import type { Located, Place } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding } from '../define-rule.ts'
import { builtIns, groupOf, itemIndex, namesOf } from '../names.ts'
import { linesOf, placeIn } from '../place-in.ts'
import { variablesOf } from '../shell-of.ts'
import { attributeOf, isExecutable, scriptsOf, spotsOf, stepsOf } from '../spots.ts'
import type { Spot } from '../spots.ts'

/**
 * A name in an expression or in a YAML body that is no parameter, no capture and no built-in name.
 *
 * What a shell block merely assigns is not known to the engine: it has to be captured.
 *
 * ````markdown ok
 * ```bash {check capture=lag:int assert="lag <= 10"}
 * lag=3
 * ```
 *
 * | If | Then |
 * | --- | --- |
 * | `lag < 5` | continue |
 * | otherwise | stop |
 * ````
 *
 * ````markdown not-ok
 * ```bash {check capture=lag:int assert="lag <= MAX_LAG"}
 * age=3
 * ```
 *
 * | If | Then |
 * | --- | --- |
 * | `age < 5` | continue |
 * | otherwise | stop |
 * ````
 * → 1:47 error
 * → 7:4 error
 */
export default defineRule({
  name: 'undefined-name',
  severity: 'error',
  origin: 'format',
  check(runbook, _context, report) {
    const assigned = assignedNames(runbook)
    for (const spot of spotsOf(runbook)) {
      if (!isExecutable(spot.block)) continue
      const known = knownAt(runbook, spot)
      const assert = attributeOf(spot.block, 'assert')
      if (assert !== null && assert.value !== true) checkExpression(runbook, assert.value, { known, assigned }, report)
      if (spot.block.kind === 'yaml' || (spot.block.kind === 'other' && spot.block.role === 'notify'))
        checkBody(spot, { known, assigned }, report)
    }
    for (const { step, phase } of stepsOf(runbook)) {
      const known = knownAt(runbook, { step, phase })
      for (const item of step.items) {
        const sources =
          item.type === 'decision' && item.by === 'condition'
            ? item.rows.flatMap(({ when }) => (when === null ? [] : [when]))
            : item.type === 'label' && item.name === 'only-if'
              ? item.codes.slice(0, 1)
              : []
        for (const source of sources) checkExpression(runbook, source, { known, assigned }, report)
      }
    }
  },
})

interface Names {
  readonly known: ReadonlySet<string>
  readonly assigned: ReadonlySet<string>
}

function assignedNames(runbook: Runbook): ReadonlySet<string> {
  return new Set(scriptsOf(runbook).flatMap(({ block }) => variablesOf(block).assigns.map(({ name }) => name)))
}

const cache = new WeakMap<Runbook, { everywhere: ReadonlySet<string>; inGroup: Map<object, ReadonlySet<string>> }>()

function knownAt(runbook: Runbook, { step, phase }: Pick<Spot, 'step' | 'phase'>): ReadonlySet<string> {
  let sets = cache.get(runbook)
  if (!sets) {
    const outside = namesOf(runbook).flatMap(({ name, group }) => (group === null ? [name] : []))
    sets = { everywhere: new Set([...builtIns, ...outside]), inGroup: new Map() }
    cache.set(runbook, sets)
  }
  const group = groupOf(step, phase)
  if (group === null) return sets.everywhere
  const found = sets.inGroup.get(group)
  if (found) return found
  const own = namesOf(runbook).flatMap((one) => (one.group === group ? [one.name] : []))
  const made = new Set([...sets.everywhere, itemIndex, ...own])
  sets.inGroup.set(group, made)
  return made
}

function checkExpression(
  runbook: Runbook,
  { value, place }: Located<string>,
  names: Names,
  report: (finding: Finding) => void,
): void {
  const parsed = parseExpression(value)
  if (!parsed.ok) return
  for (const { name, offset } of namesIn(parsed.expression)) {
    if (!names.known.has(name)) report({ ...described(name, names), place: wordIn(runbook, place, { value, name, offset }) })
  }
}

/** The name's own place in an attribute's value or a cell; quotes and escapes may shift it. */
function wordIn(runbook: Runbook, place: Place, { value, name, offset }: { value: string; name: string; offset: number }): Place {
  const line = linesOf(runbook)[place.line - 1] ?? ''
  const start = line.indexOf(value, place.column - 1)
  const at = start === -1 ? line.indexOf(name, place.column - 1) : start + offset
  if (at === -1) return place
  return { line: place.line, column: at + 1, endLine: place.line, endColumn: at + 1 + name.length }
}

function checkBody({ block }: Spot, names: Names, report: (finding: Finding) => void): void {
  const seen = new Set<string>()
  for (const match of block.body.matchAll(/(?<!\\)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
    const name = match[1] ?? match[2] ?? ''
    const line = block.body.slice(block.body.lastIndexOf('\n', match.index) + 1, match.index)
    if (names.known.has(name) || seen.has(name) || /^\s*#/.test(line)) continue
    seen.add(name)
    report({ ...described(name, names), place: placeIn(block, match.index, match.index + match[0].length) })
  }
}

function described(name: string, { known, assigned }: Names): Omit<Finding, 'place'> {
  const hint = assigned.has(name) ? `; a shell block assigns it, so capture it there: capture=${name}` : ''
  return {
    reason: `Unexpected name \`${name}\`, expected a parameter or a capture${hint}`,
    actual: name,
    nearest: nearest(name, [...known]),
  }
}
