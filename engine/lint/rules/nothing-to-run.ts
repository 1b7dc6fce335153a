import { defineRule } from '../define-rule.ts'
import { isProof, scriptsOf } from '../spots.ts'
import { scriptOf } from '../shell-of.ts'

/**
 * A block that executes and holds comments only: it would pass without doing anything.
 *
 * ````markdown ok
 * ```bash {command}
 * # later more
 * systemctl restart kafka
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * # systemctl restart kafka
 * ```
 * ````
 * → 1:1 error
 */
export default defineRule({
  name: 'nothing-to-run',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (block.role === 'setup' || isProof(block) || block.body.trim() === '' || !/^\s*#/.test(block.body)) continue
      if (scriptOf(block).commands.length > 0 || /\bTODO\b|CHANGE.?ME/.test(block.body)) continue
      report({
        place: block.place,
        reason: `Unexpected ${block.role} that holds comments only, expected a command`,
        script: block,
      })
    }
  },
})
