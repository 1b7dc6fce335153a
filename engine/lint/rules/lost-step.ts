import type { Located } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding, LintContext } from '../define-rule.ts'
import { finderOf, hasNumber } from '../find-step.ts'
import { placeInText } from '../place-in.ts'
import { attributeOf, spotsOf, stepsOf } from '../spots.ts'
import { textsOf } from '../texts.ts'
import { captures } from '../names.ts'

const mention =
  /(?<![\p{L}\p{N}-])(?:steps?|[ée]tapes?)[ \u00a0\u202f]+(\d+(?:\.\d+)*(?:\s*(?:,|-|–|to|and|or|à|et|ou)\s*\d+(?:\.\d+)*)*)(?![\p{L}\p{N}])/giu

/**
 * A step that prose or a label speaks of and that does not exist; or one that is said to measure the RPO and does not capture `rpo`.
 *
 * Nothing is reported where steps have no numbers, where a list of the same text has that number, or inside a link to another file.
 *
 * ````markdown ok
 * ### Step 1: Look
 *
 * Go on with step 2, then see [Step 9](there.md).
 *
 * ### Step 2: Restart
 *
 * **On failure**: roll back from step 1.
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: Look
 *
 * Go on with step 2.
 *
 * **On failure**: roll back from Step 4.
 * ````
 * → 3:17 error
 * → 5:37 error
 */
export default defineRule({
  name: 'lost-step',
  severity: 'error',
  check(runbook, context, report) {
    checkMeasure(runbook, report)
    if (stepsOf(runbook).every(({ step }) => step.number === null)) return
    for (const text of textsOf(runbook)) {
      if (text.section !== 'changes' && text.section !== 'runs') checkText(runbook, context, text, report)
    }
  },
})

function checkText(
  runbook: Runbook,
  { gate = false }: LintContext,
  { value, place }: Located<string>,
  report: (finding: Finding) => void,
): void {
  if (!/\d/.test(value)) return
  const text = value
    .replace(/\[[^\]]*\]\((?!#)[^)]*\)/g, (link) => ' '.repeat(link.length))
    .replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length))
  for (const match of text.matchAll(mention)) {
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 12)
    if (/^\s+(?:of|in|du|dans|de)\s/i.test(after)) continue
    for (const number of (match[1] ?? '').match(/\d+(?:\.\d+)*/g) ?? []) {
      if (hasNumber(runbook, number) || new RegExp(`^\\s*${number}[.)]\\s`, 'm').test(value)) continue
      const offset = match.index + match[0].lastIndexOf(number)
      report({
        place: placeInText(runbook, place, value, { offset, length: number.length }),
        reason: `Unexpected step ${number}, expected a step of this runbook`,
        actual: number,
        ...(gate && { severity: 'warning' as const }),
      })
    }
  }
}

/** The step that measures the RPO has to capture it. */
function checkMeasure(runbook: Runbook, report: (finding: Finding) => void): void {
  const { rpoTarget } = runbook.info
  const step = rpoTarget === null || rpoTarget.value.measuredBy === null ? null : finderOf(runbook)(rpoTarget.value.measuredBy)
  if (rpoTarget === null || step === null || spotsOf(runbook).some((spot) => spot.step === step && hasCapture(spot.block, 'rpo')))
    return
  report({
    place: rpoTarget.place,
    reason: `Unexpected measure of the RPO without its capture, expected a block with \`capture=rpo\` in step \`${step.title}\``,
  })
}

function hasCapture(block: Parameters<typeof attributeOf>[0], name: string): boolean {
  const attribute = attributeOf(block, 'capture')
  if (attribute === null || attribute.value === true) return false
  return captures(attribute.value.value).some((one) => one.name === name || one.type === name)
}
