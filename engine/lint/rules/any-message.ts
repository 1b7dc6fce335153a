import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { isProof, scriptsOf } from '../spots.ts'

/**
 * A proof that reads the first message of a topic, whoever wrote it and when: one of last week passes too.
 *
 * ````markdown ok
 * ```bash {validate}
 * kafka-console-consumer.sh --topic probe --from-beginning --timeout-ms 10000 | grep -x "test-$RUN_ID"
 * kafka-console-consumer.sh --topic "probe-$RUN_ID" --from-beginning --max-messages 1
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {validate}
 * timeout 10 kafka-console-consumer.sh --topic probe --from-beginning --max-messages 1
 * ```
 * ````
 * → 2:12 warning
 */
export default defineRule({
  name: 'any-message',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!isProof(block) || !block.body.includes('console-consumer')) continue
      for (const command of scriptOf(block).commands) {
        const { name, args } = command.program
        if (!/^kafka-(?:\w+-)?console-consumer(?:\.sh)?$/.test(name)) continue
        const values = args.map(({ value }) => value)
        const one = values.includes('--max-messages=1') || values[values.indexOf('--max-messages') + 1] === '1'
        if (!one || !values.includes('--from-beginning') || values.some((value) => value.includes('RUN_ID'))) continue
        const at = command.words.find(({ value }) => value.endsWith(name)) ?? command
        report({
          place: placeIn(block, at.offset, at.end),
          reason:
            'Unexpected first message of a topic as a proof, whoever wrote it, expected one with `$RUN_ID` among all, or `use=kafka.round-trip`',
        })
      }
    }
  },
})
