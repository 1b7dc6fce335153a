import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { variablesOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * An array that one block fills and another reads: only plain variables are carried from block to block.
 *
 * ````markdown ok
 * ```bash {command}
 * brokers=(kafka-1 kafka-2)
 * echo "${brokers[@]}"
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * brokers=(kafka-1 kafka-2)
 * ```
 *
 * ```bash {command}
 * echo "${brokers[@]}"
 * ```
 * ````
 * → 6:9 error
 */
export default defineRule({
  name: 'array-across-blocks',
  severity: 'error',
  origin: 'format',
  check(runbook, _context, report) {
    if (!scriptsOf(runbook).some(({ block }) => variablesOf(block).assigns.some(({ array }) => array))) return
    const arrays = new Set<string>()
    for (const { block } of scriptsOf(runbook)) {
      const { assigns, uses } = variablesOf(block)
      const own = new Set(assigns.map(({ name }) => name))
      const seen = new Set<string>()
      for (const { name, offset } of uses) {
        if (own.has(name) || seen.has(name) || !arrays.has(name)) continue
        seen.add(name)
        const at = Math.max(offset, block.body.indexOf(name, offset))
        report({
          place: placeIn(block, at, at + name.length),
          reason: `Unexpected array \`${name}\` of another block, expected a plain variable: arrays are not carried`,
          actual: name,
          script: block,
        })
      }
      if (block.role === 'setup') continue
      for (const { name, array } of assigns) {
        if (array) arrays.add(name)
        else arrays.delete(name)
      }
    }
  },
})
