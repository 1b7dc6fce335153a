import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf, stretchAt } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * A blank after a line's last backslash: the line is not continued, and the next one runs as a command of its own.
 *
 * ````markdown not-ok
 * ```bash {command}
 * curl --fail https://example.org \&#32;
 *   --silent
 * ```
 * ````
 * → 2:34 error
 *
 * ````markdown ok
 * ```bash {command}
 * curl --fail https://example.org \
 *   --silent
 * ```
 * ````
 */
export default defineRule({
  name: 'blank-after-backslash',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      for (const match of block.body.matchAll(/(?<!\\)(?:\\\\)*\\([ \t]+)$/gm)) {
        const at = match.index + match[0].length - (match[1]?.length ?? 0)
        const kind = stretchAt(scriptOf(block), at - 1)?.kind
        if (kind === 'comment' || kind === 'single' || kind === 'heredoc') continue
        report({
          place: placeIn(block, at, at + (match[1]?.length ?? 0)),
          reason: 'Unexpected blank after the last backslash, expected the end of the line',
          script: block,
        })
      }
    }
  },
})
