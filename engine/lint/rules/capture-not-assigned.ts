import { defineRule } from '../define-rule.ts'
import { captures } from '../names.ts'
import { variablesOf } from '../shell-of.ts'
import { attributeOf, scriptsOf } from '../spots.ts'

/**
 * A capture that a later shell block uses and its own block does not assign: whoever pastes the blocks does not have it.
 *
 * ````markdown ok
 * ```bash {check capture=lag:int}
 * lag=$(kafka-lag)
 * echo "$lag"
 * ```
 *
 * ```bash {command}
 * echo "$lag"
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check capture=lag:int}
 * kafka-lag
 * ```
 *
 * ```bash {command}
 * echo "$lag"
 * ```
 * ````
 * → 1:24 warning
 */
export default defineRule({
  name: 'capture-not-assigned',
  severity: 'warning',
  check(runbook, _context, report) {
    if (!runbook.source.includes('capture=')) return
    const lastUse = new Map<string, number>()
    const scripts = scriptsOf(runbook)
    for (const { block } of scripts) for (const { name } of variablesOf(block).uses) lastUse.set(name, block.place.line)
    for (const { block } of scripts) {
      const attribute = attributeOf(block, 'capture')
      if (attribute === null || attribute.value === true) continue
      const assigned = new Set(variablesOf(block).assigns.map(({ name }) => name))
      for (const { name } of captures(attribute.value.value)) {
        if (assigned.has(name) || (lastUse.get(name) ?? 0) <= block.place.line) continue
        report({
          place: attribute.value.place,
          reason: `Unexpected capture \`${name}\` that its block does not assign, expected \`${name}=$(…)\`, since a later block uses it and has to paste`,
          actual: name,
        })
      }
    }
  },
})
