import type { ParamDeclaration } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { variablesOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * The line *Without the tool* sets every parameter that a shell block uses, so that the blocks paste.
 *
 * Parameters of the inventory are set by sourcing it, those of the environment are there already.
 *
 * ````markdown ok
 * ## Parameters
 *
 * | Name | Type | Default | Description |
 * | --- | --- | --- | --- |
 * | `BOOTSTRAP` | host:port | inventory | Cluster |
 * | `MAX_LAG` | int | `10` | Limit |
 *
 * Without the tool: `set -a; . inventory/production.env; MAX_LAG=10`, then paste.
 *
 * ## Procedure
 *
 * ### Step 1: Look
 *
 * ```bash {check}
 * kafka-lag "$BOOTSTRAP" "$MAX_LAG"
 * ```
 * ````
 *
 * ````markdown not-ok
 * ## Parameters
 *
 * | Name | Type | Default | Description |
 * | --- | --- | --- | --- |
 * | `BOOTSTRAP` | host:port | inventory | Cluster |
 * | `MAX_LAG` | int | `10` | Limit |
 *
 * Without the tool: `set -a; . inventory/production.env`, then paste.
 *
 * ## Procedure
 *
 * ### Step 1: Look
 *
 * ```bash {check}
 * kafka-lag "$BOOTSTRAP" "$MAX_LAG"
 * ```
 * ````
 * → 8:20 warning
 */
export default defineRule({
  name: 'without-the-tool',
  severity: 'warning',
  check(runbook, _context, report) {
    if (runbook.params.length === 0 && runbook.withoutTheTool === null) return
    const used = new Set(scriptsOf(runbook).flatMap(({ block }) => variablesOf(block).uses.map(({ name }) => name)))
    const params = runbook.params.filter(({ name }) => used.has(name.value))
    const line = runbook.withoutTheTool
    if (line === null) {
      const place = runbook.sections.find(({ name }) => name === 'params')?.title.place ?? runbook.title.place
      if (params.length > 0)
        report({
          place,
          reason: 'Unexpected parameters without the line *Without the tool*, expected one that sets them for pasting',
        })
      return
    }
    const builtIn = ['RUN_ID', 'RUN_DIR'].filter((name) => used.has(name) && !sets(line.value, name))
    const missing = [...params.filter((param) => !isSet(line.value, param)).map(({ name }) => name.value), ...builtIn]
    if (missing.length === 0) return
    report({
      place: line.place,
      reason: `Unexpected line *Without the tool* that does not set ${missing.join(', ')}, expected every parameter that a block uses`,
      expected: missing.map((name) => `${name}=…`),
    })
  },
})

function sets(line: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${name}=`).test(line)
}

function isSet(line: string, { name, default: value }: ParamDeclaration): boolean {
  if (sets(line, name.value) || value.value.from === 'env') return true
  return value.value.from === 'inventory' && /(?:^|[\s;`])(?:\.|source)\s+\S*inventory\//.test(line)
}
