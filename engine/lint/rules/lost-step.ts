import type { Located } from '../../model/problem.ts'
import type { Item, Runbook } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding, LintContext } from '../define-rule.ts'
import { findStep, hasNumber } from '../find-step.ts'
import { placeInText } from '../place-in.ts'
import { attributeOf, spotsOf, stepsOf } from '../spots.ts'
import { captures } from '../names.ts'

const mention =
  /(?<![\p{L}\p{N}-])(?:steps?|[ée]tapes?)[ \u00a0\u202f]+(\d+(?:\.\d+)*(?:\s*(?:,|-|–|to|and|or|à|et|ou)\s*\d+(?:\.\d+)*)*)(?![\p{L}\p{N}])/giu

/**
 * A step that is spoken of and does not exist: in prose, in a label, as the end of the RTO clock or the measure of the RPO.
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
 * → 3:12 error
 * → 5:32 error
 */
export default defineRule({
  name: 'lost-step',
  severity: 'error',
  check(runbook, context, report) {
    checkTargets(runbook, report)
    if (stepsOf(runbook).every(({ step }) => step.number === null)) return
    for (const section of runbook.sections) {
      if (section.name === 'changes' || section.name === 'runs') continue
      const seen = new Set<Item>()
      for (const items of [section.items, ...section.steps.map((part) => part.items)]) {
        for (const item of items) {
          if (seen.has(item)) continue
          seen.add(item)
          for (const text of textsOf(item)) checkText(runbook, context, text, report)
        }
      }
    }
  },
})

function textsOf(item: Item): Located<string>[] {
  switch (item.type) {
    case 'prose':
    case 'box':
      return [{ value: item.text, place: item.place }]
    case 'label':
      return [{ value: item.text, place: item.textPlace }]
    case 'block':
    case 'decision':
      return []
  }
}

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

function checkTargets(runbook: Runbook, report: (finding: Finding) => void): void {
  const { rtoTarget, rpoTarget } = runbook.info
  if (rtoTarget !== null && rtoTarget.value.until !== null && findStep(runbook, rtoTarget.value.until) === null) {
    report({
      place: rtoTarget.place,
      reason: `Unexpected end of the RTO clock \`${rtoTarget.value.until}\`, expected a step of this runbook`,
    })
  }
  if (rpoTarget === null || rpoTarget.value.measuredBy === null) return
  const step = findStep(runbook, rpoTarget.value.measuredBy)
  if (step === null) {
    report({
      place: rpoTarget.place,
      reason: `Unexpected measure of the RPO \`${rpoTarget.value.measuredBy}\`, expected a step of this runbook`,
    })
  } else if (!spotsOf(runbook).some((spot) => spot.step === step && hasCapture(spot.block, 'rpo'))) {
    report({
      place: rpoTarget.place,
      reason: `Unexpected measure of the RPO without its capture, expected a block with \`capture=rpo\` in step \`${step.title}\``,
    })
  }
}

function hasCapture(block: Parameters<typeof attributeOf>[0], name: string): boolean {
  const attribute = attributeOf(block, 'capture')
  if (attribute === null || attribute.value === true) return false
  return captures(attribute.value.value).some((one) => one.name === name || one.type === name)
}
