import { nearest } from '../../language/nearest.ts'
import { defineRule } from '../define-rule.ts'
import { namesIn } from '../step-schema.ts'
import { captures } from '../names.ts'
import { attributeOf, spotsOf, useOf } from '../spots.ts'

/**
 * A typed step of a type that is not there, or a capture of something that the type does not give.
 *
 * Nothing is reported where no step types are loaded.
 *
 * ````markdown ok
 * ```yaml {check use=example.probe capture=count:found}
 * cluster: $RUN_ID
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```yaml {check use=example.prob}
 * cluster: kafka
 * ```
 *
 * ```yaml {check id=lag use=example.probe capture=cuont:found}
 * cluster: kafka
 * ```
 * ````
 * → 1:20 error
 * → 5:49 error
 */
export default defineRule({
  name: 'unknown-step-type',
  severity: 'error',
  origin: 'format',
  check(runbook, { stepTypes }, report) {
    if (stepTypes === null) return
    for (const { block } of spotsOf(runbook)) {
      const use = useOf(block)
      if (use === null) continue
      const type = stepTypes.get(use.value)
      if (type === undefined) {
        const close = nearest(use.value, [...stepTypes.keys()])
        report({
          place: use.place,
          reason: `Unexpected step type \`${use.value}\`, expected one of \`reprise steps\``,
          actual: use.value,
          nearest: close,
        })
        continue
      }
      const capture = attributeOf(block, 'capture')
      const outputs = namesIn(type.output)
      if (capture === null || capture.value === true || outputs === null) continue
      for (const { name, type: other } of captures(capture.value.value)) {
        const field = name.split('.')[0] ?? name
        if (outputs.includes(field) || outputs.includes(other)) continue
        const close = nearest(field, outputs)
        report({
          place: capture.value.place,
          reason: `Unexpected output \`${field}\` of \`${use.value}\`, expected one that it gives`,
          actual: field,
          expected: outputs,
          nearest: close,
        })
      }
    }
  },
})
