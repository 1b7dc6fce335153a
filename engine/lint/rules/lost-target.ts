import { nearest } from '../../language/nearest.ts'
import type { Located } from '../../model/problem.ts'
import type { Phase, Runbook, Step, Target } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding, LintContext } from '../define-rule.ts'
import { findStep, plain } from '../find-step.ts'
import { groupOf } from '../names.ts'
import { stepsOf } from '../spots.ts'

/**
 * A decision that leads nowhere: to a step that does not exist, to a file that is not there, into or out of a repeated step.
 *
 * ````markdown ok
 * ### Step 1: Choose
 *
 * | Answer | Go to |
 * | --- | --- |
 * | It is slow | Step 2 |
 * | It is down | [Step 2](#step-2-look) |
 * | It is gone | stop: call the owner |
 *
 * ### Step 2: Look
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: Choose
 *
 * | Answer | Go to |
 * | --- | --- |
 * | It is slow | Step 3 |
 * | It is down | [Restart it](lost.md) |
 *
 * ### Step 2: Look
 * ````
 * → 5:16 error
 * → 6:16 error
 */
export default defineRule({
  name: 'lost-target',
  severity: 'error',
  origin: 'format',
  check(runbook, context, report) {
    for (const { step, phase } of stepsOf(runbook)) {
      for (const item of step.items) {
        if (item.type !== 'decision') continue
        for (const { target } of item.rows) checkTarget({ runbook, context, step, phase, target }, report)
      }
    }
  },
})

interface Case {
  readonly runbook: Runbook
  readonly context: LintContext
  readonly step: Step
  readonly phase: Phase | null
  readonly target: Located<Target>
}

function checkTarget({ runbook, context, step, phase, target }: Case, report: (finding: Finding) => void): void {
  const { value, place } = target
  if (value.type === 'step') {
    const found = findStep(runbook, value.to, phase)
    if (found === null) report({ place, ...lostStep(runbook, value.to) })
    else checkJump({ runbook, from: groupOf(step, phase), found, to: value.to, target }, report)
  }
  if (value.type !== 'runbook') return
  const { file, anchor } = value
  if (!context.exists(file)) {
    report({ place, reason: `Unexpected target \`${file}\`, expected a file that exists`, actual: file })
  } else if (anchor !== null) {
    const anchors = context.anchorsOf(file)
    const isThere = anchors === null || anchors.some((one) => plain(one) === plain(anchor.replace(/^#/, '')))
    if (!isThere) report({ place, ...lostAnchor(file, anchor, anchors ?? []) })
  }
}

function lostStep(runbook: Runbook, to: string): Omit<Finding, 'place'> {
  const expected = stepsOf(runbook).map(({ step }) => (step.number === null ? step.title : step.heading))
  const close = nearest(to.replace(/^#/, ''), [...expected, ...stepsOf(runbook).map(({ step }) => step.title)])
  const shown = expected.length > 12 ? [...expected.slice(0, 12), '…'] : expected
  return { reason: `Unexpected target \`${to}\`, expected a step of this runbook`, expected: shown, actual: to, nearest: close }
}

function lostAnchor(file: string, anchor: string, anchors: readonly string[]): Omit<Finding, 'place'> {
  return {
    reason: `Unexpected anchor \`${anchor}\`, expected a heading of \`${file}\``,
    actual: anchor,
    nearest: nearest(anchor.replace(/^#/, ''), anchors),
  }
}

function checkJump(
  jump: { runbook: Runbook; from: Step | Phase | null; found: Step; to: string; target: Located<Target> },
  report: (finding: Finding) => void,
): void {
  const { runbook, from, found, to, target } = jump
  const spot = stepsOf(runbook).find(({ step }) => step === found)
  const into = groupOf(found, spot?.phase ?? null)
  if (into === from) return
  const reason =
    into === null
      ? `Unexpected jump to \`${to}\` out of a repeated step, expected a target inside it`
      : `Unexpected jump to \`${to}\` into a repeated step, expected a target outside it`
  report({ place: target.place, reason, actual: to })
}
