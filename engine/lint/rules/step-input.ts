import { readYamlBody } from '../../document/yaml-place.ts'
import { nearest } from '../../language/nearest.ts'
import type { StepType } from '../../model/step-type.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding } from '../define-rule.ts'
import { issuesOf, keysAt, valueAt } from '../step-schema.ts'
import type { InputIssue } from '../step-schema.ts'
import { spotsOf, useOf } from '../spots.ts'

/**
 * The input of a typed step against the type's schema: an unknown key, a missing one, a value of another type. Each is shown at the value itself.
 *
 * What holds a `$NAME` has its type only at run time and is left alone.
 *
 * ````markdown ok
 * ```yaml {check use=example.probe}
 * cluster: kafka
 * max: $RUN_ID
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```yaml {check use=example.probe}
 * cluster: kafka
 * max: many
 * colour: red
 * ```
 *
 * ```yaml {check id=other use=example.probe}
 * max: 1
 * ```
 * ````
 * → 3:6 error
 * → 4:1 error
 * → 7:1 error
 */
export default defineRule({
  name: 'step-input',
  severity: 'error',
  origin: 'format',
  check(runbook, { stepTypes }, report) {
    if (stepTypes === null) return
    for (const { block } of spotsOf(runbook)) {
      const type = stepTypes.get(useOf(block)?.value ?? '')
      if (type === undefined) continue
      const body = readYamlBody(block)
      const { json, problems } = body
      if (problems.length > 0) continue
      const input = json ?? {}
      for (const issue of issuesOf(type, input) ?? []) {
        if (issue.keys.length > 0) {
          for (const key of issue.keys) report({ place: body.placeOf(issue.path, key), ...unknownKey(type, issue.path, key) })
        } else if (issue.isMissing) {
          const place = issue.path.length > 1 ? body.placeOf(issue.path.slice(0, -1)) : block.place
          report({ place, ...missingKey(type, issue) })
        } else if (!holdsName(valueAt(input, issue.path))) {
          report({
            place: json === null ? block.place : body.placeOf(issue.path),
            ...wrongValue(type, issue, valueAt(input, issue.path)),
          })
        }
      }
    }
  },
})

function unknownKey({ name, input }: StepType, path: readonly (string | number)[], key: string): Omit<Finding, 'place'> {
  const expected = keysAt(input, path)
  return {
    reason: `Unexpected key \`${key}\` for \`${name}\`, expected one that it knows`,
    expected,
    actual: key,
    nearest: nearest(key, expected),
  }
}

function missingKey({ name }: StepType, { path }: InputIssue): Omit<Finding, 'place'> {
  return {
    reason: `Unexpected input of \`${name}\` without \`${path.join('.')}\`, expected a value for it`,
    expected: [path.join('.')],
  }
}

function wrongValue({ name }: StepType, { path, message }: InputIssue, value: unknown): Omit<Finding, 'place'> {
  const where = path.length > 0 ? `\`${path.join('.')}\` of \`${name}\`` : `input of \`${name}\``
  return {
    reason: `Unexpected value for ${where}: ${message.replace(/^Invalid input: /, '')}`,
    actual: JSON.stringify(value) ?? 'nothing',
  }
}

function holdsName(value: unknown): boolean {
  if (typeof value === 'string') return /\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_])/.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsName)
}
