import { fold } from '../../language/fold.ts'
import { isIrreversible } from '../changes.ts'
import { defineRule } from '../define-rule.ts'
import { spotsOf } from '../spots.ts'

/**
 * A failover with something irreversible in it, and no link to the runbook that leads back.
 *
 * ````markdown ok
 * # Fail over to the DR cluster
 *
 * ## Procedure
 *
 * ### Step 1: Switch
 *
 * ```bash {command irreversible}
 * switch
 * ```
 *
 * ## Rollback
 *
 * Follow [failback](there.md).
 * ````
 *
 * ````markdown not-ok
 * # Fail over to the DR cluster
 *
 * ## Procedure
 *
 * ### Step 1: Switch
 *
 * ```bash {command irreversible}
 * switch
 * ```
 * ````
 * → 7:1 warning
 */
export default defineRule({
  name: 'no-way-back',
  severity: 'warning',
  check(runbook, _context, report) {
    if (!/fail(?:ing|s|ed)?[ -]?over|bascul/.test(fold(runbook.title.value))) return
    const first = spotsOf(runbook).find(({ block }) => isIrreversible(block))
    if (first === undefined || runbook.links.some(({ url }) => /\.(?:md|markdown)(?:[?#]|$)/i.test(url))) return
    report({
      place: first.block.place,
      reason: 'Unexpected irreversible failover without a link to a way back, expected a link to the failback runbook',
    })
  },
})
