import { nearest } from '../../language/nearest.ts'
import { defineRule } from '../define-rule.ts'
import { needsValue } from '../environment.ts'
import { placeIn } from '../place-in.ts'
import { eachScope } from '../scope.ts'

/**
 * A variable that a block uses and nothing defines: no parameter, no capture, no built-in name, no assignment in this or an earlier block.
 *
 * What `source` and `eval` define is not known, so nothing is reported after them.
 *
 * ````markdown ok
 * ```bash {command}
 * since=$(date +%F)
 * while read -r host; do echo "$host $since ${LIMIT:-10} $HOME $RUN_ID"; done < hosts.txt
 * awk '$1 > 3 {print $NF}' "$TMPDIR/lag" # $NOT_HERE
 * ```
 *
 * ```bash {command}
 * echo "$since"
 * ```
 *
 * ```bash {command}
 * let x=1 "y = 2"
 * coproc COPY { cat; }
 * exec {lock}>"$TMPDIR/lock"
 * echo "$x $y ${COPY[0]} $COPY_PID $lock ${!KAFKA_@}"
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * brokers=3
 * kafka-topics.sh --bootstrap-server "$BOOTSTRAP" --replication-factor $broker
 * ```
 * ````
 * → 3:38 error
 * → 3:71 error
 */
export default defineRule({
  name: 'undefined-variable',
  severity: 'error',
  check(runbook, _context, report) {
    eachScope(runbook, ({ spot: { block }, variables, has, names }) => {
      if (!variables.ok) return
      const seen = new Set<string>()
      for (const use of variables.uses) {
        const { name, offset } = use
        if (!needsValue(use) || seen.has(name) || has(name)) continue
        seen.add(name)
        const at = Math.max(offset, block.body.indexOf(name, offset))
        report({
          place: placeIn(block, at, at + name.length),
          reason: `Unexpected variable \`${name}\` that nothing defines, expected a parameter, a capture, or an assignment in this or an earlier block`,
          actual: name,
          nearest: nearest(name, names()),
          script: block,
        })
      }
    })
  },
})
