import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * A `curl` that takes an error page for success: without `--fail` or `--fail-with-body` it ends with 0 on a 500.
 *
 * ````markdown ok
 * ```bash {command}
 * curl -fsS https://example.org
 * curl --fail-with-body -X PUT "$HOME_URL"
 * curl -s -o /dev/null -w '%{http_code}' https://example.org
 * curl --version
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * curl -sS -X DELETE https://example.org/connectors/mm2
 * ```
 * ````
 * → 2:1 warning
 */
export default defineRule({
  name: 'http-without-fail',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!block.body.includes('curl')) continue
      for (const command of scriptOf(block).commands) {
        const { name, args } = command.program
        if (name !== 'curl') continue
        const values = args.map(({ value }) => value)
        const fails = values.some((value) => /^--fail(?:-with-body|-early)?$/.test(value) || /^-[a-zA-Z#]*f/.test(value))
        const judges = values.some((value) => value.includes('http_code') || value.includes('response_code'))
        const hasUrl = args.some(
          ({ value, expansions }) =>
            !value.startsWith('-') &&
            (/^https?:/i.test(value) || value.includes('.') || value.includes(':') || expansions.length > 0),
        )
        if (fails || judges || !hasUrl) continue
        const at = command.words.find(({ value }) => value.endsWith('curl')) ?? command
        report({
          place: placeIn(block, at.offset, at.end),
          reason:
            'Unexpected `curl` without `--fail`, which takes an error page for success, expected `--fail` or `--fail-with-body`',
          expected: ['--fail', '--fail-with-body'],
        })
      }
    }
  },
})
