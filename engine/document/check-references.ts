import { nearest } from '../language/nearest.ts'
import type { Place } from '../model/problem.ts'
import type { Item, Phase, Runbook, Step } from '../model/runbook.ts'
import { stepFinder } from './resolve-step.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import { stepsOf } from './spots.ts'
import type { Spot } from './spots.ts'

/** Checks what names a step: decisions, `RTO target … until`, `RPO target … measured by`; and that no jump enters or leaves a repeated step. */
export function checkReferences(reading: Reading, runbook: Runbook, spots: readonly Spot[]): void {
  const find = stepFinder(runbook)
  const all = stepsOf(runbook)
  const names = all.map(({ step }) =>
    step.number === null ? step.title : `${runbook.lang === 'fr' ? 'Étape' : 'Step'} ${step.number}`,
  )
  const unknown = (to: string, place: Place): void =>
    report(reading, {
      rule: 'unknown-step',
      place,
      reason: `Unexpected step "${to}", expected a step of this runbook`,
      expected: names.slice(0, 20),
      actual: to,
      nearest: nearest(to, names.slice(0, 200)),
    })
  const { rtoTarget, rpoTarget } = runbook.info
  if (rtoTarget?.value.until != null && find(rtoTarget.value.until) === null) unknown(rtoTarget.value.until, rtoTarget.place)
  if (rpoTarget?.value.measuredBy != null && find(rpoTarget.value.measuredBy) === null)
    unknown(rpoTarget.value.measuredBy, rpoTarget.place)
  const groups = new Map(all.map(({ step, phase }) => [step, groupOf(step, phase)]))
  for (const { item, step, phase } of spots) {
    if (item.type !== 'decision') continue
    for (const { target } of item.rows) {
      if (target.value.type !== 'step') continue
      const to = find(target.value.to, phase)
      if (to === null) unknown(target.value.to, target.place)
      else
        checkJump(reading, {
          from: step === null ? null : (groups.get(step) ?? null),
          to: groups.get(to) ?? null,
          name: target.value.to,
          place: target.place,
        })
    }
  }
  checkNesting(reading, all)
}

function isRepeated(items: readonly Item[]): boolean {
  return items.some((item) => item.type === 'label' && item.name === 'for-each')
}

function groupOf(step: Step, phase: Phase | null): Step | Phase | null {
  return phase !== null && isRepeated(phase.items) ? phase : isRepeated(step.items) ? step : null
}

function checkJump(
  reading: Reading,
  { from, to, name, place }: { from: Step | Phase | null; to: Step | Phase | null; name: string; place: Place },
): void {
  if (from === to) return
  const group = to ?? from
  report(reading, {
    rule: 'for-each-jump',
    place,
    reason: `Unexpected jump to "${name}", which ${to === null ? 'leaves' : 'enters'} a repeated ${group?.type ?? 'step'}`,
    actual: name,
    cause: group === null ? null : { value: group.heading, place: group.place },
  })
}

function checkNesting(reading: Reading, all: readonly { readonly step: Step; readonly phase: Phase | null }[]): void {
  for (const { step, phase } of all) {
    const own = step.items.filter((item) => item.type === 'label' && item.name === 'for-each')
    const outer = phase?.items.find((item) => item.type === 'label' && item.name === 'for-each')
    const [first, second] = outer === undefined ? own : [outer, ...own]
    if (first?.type !== 'label' || second?.type !== 'label') continue
    report(reading, {
      rule: 'for-each-nested',
      place: second.place,
      reason: 'Unexpected For each inside another, expected one: repeated steps do not nest',
      cause: { value: first.text, place: first.place },
    })
  }
}
