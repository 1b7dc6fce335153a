import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * An `exit` at the top level of a block: it closes the terminal of whoever pastes it.
 *
 * ````markdown ok
 * ```bash {check}
 * kafka-ready || (echo 'not ready'; exit 1)
 * lag=$(kafka-lag || exit 3)
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check}
 * kafka-ready || exit 1
 * ```
 * ````
 * → 2:16 warning
 */
export default defineRule({
  name: 'exit-at-top-level',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!block.body.includes('exit')) continue
      for (const { words, around, before, after } of scriptOf(block).commands) {
        const [name] = words
        const isInner = around.some((one) => one === '(' || one === '$(' || one === '<(' || one === 'function')
        if (name?.value !== 'exit' || isInner || before === '|' || after === '|') continue
        report({
          place: placeIn(block, name.offset, name.end),
          reason:
            'Unexpected `exit` at the top level, which closes the terminal of whoever pastes the block, expected `(exit 1)` or a test that fails',
          expected: ['(exit 1)'],
        })
      }
    }
  },
})
