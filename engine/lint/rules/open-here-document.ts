import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * A here-document that no line ends: the shell takes the rest of the block as its text, runs none of it, and calls that no failure.
 *
 * The last line is the tag alone, without a blank before or after it; after `<<-` tabs may stand before it.
 *
 * ````markdown ok
 * ```bash {command}
 * cat > topics.txt <<EOF
 * orders
 * EOF
 * kafka-topics.sh --list | diff - topics.txt
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * cat > topics.txt <<EOF
 * orders
 *  EOF
 * kafka-topics.sh --list | diff - topics.txt
 * ```
 * ````
 * → 2:18 error
 */
export default defineRule({
  name: 'open-here-document',
  severity: 'error',
  origin: 'format',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!block.body.includes('<<')) continue
      for (const { open } of scriptOf(block).stretches) {
        // `a[1<<2]` shifts a number.
        if (open === undefined || open.tag.includes(']')) continue
        report({
          place: placeIn(block, open.offset, open.end),
          reason: `Unexpected end of the block in a here-document, expected a line \`${open.tag}\`: the rest of the block is its text, and does not run`,
          expected: [open.tag],
          script: block,
        })
      }
    }
  },
})
