import { fold } from '../language/fold.ts'
import type { Phase, Runbook, Step } from '../model/runbook.ts'
import { stepsOf } from './spots.ts'
import { stepNumberIn } from './targets.ts'

/** Finds a runbook's steps by what authors call them. */
export type FindStep = (to: string, phase?: Phase | null) => Step | null

/** Makes the finder of a runbook: by `#anchor`, by `Step 3`, by folded title; a phase's own numbers come first. */
export function stepFinder(runbook: Runbook): FindStep {
  // Most runbooks name no step: the index is made when the first one is looked for.
  let find: FindStep | null = null
  return (to, phase) => (find ??= indexOf(runbook))(to, phase)
}

function indexOf(runbook: Runbook): FindStep {
  const all = stepsOf(runbook)
  const byLine = new Map<number, Step>()
  const byTitle = new Map<string, Step>()
  const byNumber = new Map<string, { step: Step; phase: Phase | null }[]>()
  for (const { step, phase } of all) {
    if (!byLine.has(step.place.line)) byLine.set(step.place.line, step)
    for (const title of [step.title, step.heading]) if (!byTitle.has(plain(title))) byTitle.set(plain(title), step)
    if (step.number !== null) byNumber.set(step.number, [...(byNumber.get(step.number) ?? []), { step, phase }])
    if (phase !== null && step === phase.steps[0] && !byLine.has(phase.place.line)) byLine.set(phase.place.line, step)
  }
  const byAnchor = new Map(runbook.headings.map(({ anchor, place }) => [anchor, byLine.get(place.line)]))
  return (to, phase = null) => {
    const text = to.startsWith('#') ? to.slice(1) : to
    const anchored = to.startsWith('#') ? byAnchor.get(text) : undefined
    if (anchored !== undefined) return anchored
    const titled = byTitle.get(plain(text))
    if (titled !== undefined) return titled
    const number = stepNumberIn(text.replace(/^([^\d-]+)-(?=\d)/, '$1 '))
    const found = number === null ? [] : (byNumber.get(number) ?? [])
    return (found.find((one) => one.phase === phase) ?? found[0])?.step ?? null
  }
}

/** Letters and digits, folded, with single blanks: anchors and titles become alike. */
function plain(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
