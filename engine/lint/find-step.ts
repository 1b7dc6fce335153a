import { fold } from '../language/fold.ts'
import type { Phase, Runbook, Step } from '../model/runbook.ts'
import { stepsOf } from './spots.ts'

interface Index {
  readonly byNumber: ReadonlyMap<string, readonly { readonly step: Step; readonly phase: Phase | null }[]>
  readonly byTitle: ReadonlyMap<string, Step>
  readonly byLine: ReadonlyMap<number, Step>
  readonly byAnchor: ReadonlyMap<string, number>
}

const indexes = new WeakMap<Runbook, Index>()

/** Letters and digits of a title or anchor, folded, with single blanks. */
export function plain(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function indexOf(runbook: Runbook): Index {
  const found = indexes.get(runbook)
  if (found) return found
  const byNumber = new Map<string, { step: Step; phase: Phase | null }[]>()
  const byTitle = new Map<string, Step>()
  const byLine = new Map<number, Step>()
  for (const { step, phase } of stepsOf(runbook)) {
    if (!byLine.has(step.place.line)) byLine.set(step.place.line, step)
    for (const title of [step.title, step.heading]) if (!byTitle.has(plain(title))) byTitle.set(plain(title), step)
    for (const number of numbersOf(step, phase)) byNumber.set(number, [...(byNumber.get(number) ?? []), { step, phase }])
    const first = phase?.steps[0]
    if (phase !== null && first !== undefined && first === step) byLine.set(phase.place.line, step)
  }
  const byAnchor = new Map(runbook.headings.map(({ anchor, place }) => [anchor, place.line]))
  const index = { byNumber, byTitle, byLine, byAnchor }
  indexes.set(runbook, index)
  return index
}

function numbersOf(step: Step, phase: Phase | null): string[] {
  if (step.number === null) return []
  return phase?.number == null || step.number.includes('.') ? [step.number] : [step.number, `${phase.number}.${step.number}`]
}

/** Whether some step, or phase, carries this number. */
export function hasNumber(runbook: Runbook, number: string): boolean {
  return indexOf(runbook).byNumber.has(number)
}

/** The step that a target names: by number, by anchor, by folded title. Numbers are looked for in `phase` first. */
export function findStep(runbook: Runbook, to: string, phase: Phase | null = null): Step | null {
  const { byAnchor, byLine, byTitle } = indexOf(runbook)
  const text = to.startsWith('#') ? decode(to.slice(1)) : to
  const line = to.startsWith('#') ? byAnchor.get(text) : undefined
  const atLine = line === undefined ? undefined : byLine.get(line)
  if (atLine) return atLine
  const byItsTitle = byTitle.get(plain(text))
  if (byItsTitle) return byItsTitle
  const folded = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s-]+/g, ' ')
    .trim()
  const [, word, number] = /^(?:(step|etape|phase)\s*)?(\d+(?:\.\d+)*[a-z]?)(?![\p{L}\p{N}])/u.exec(folded) ?? []
  if (number === undefined) return null
  return word === 'phase' ? firstOfPhase(runbook, number) : byItsNumber(runbook, number, phase)
}

function firstOfPhase(runbook: Runbook, number: string): Step | null {
  return stepsOf(runbook).find(({ phase }) => phase?.number === number)?.step ?? null
}

function byItsNumber(runbook: Runbook, number: string, phase: Phase | null): Step | null {
  const found = indexOf(runbook).byNumber.get(number) ?? []
  return (found.find((one) => one.phase === phase) ?? found[0])?.step ?? null
}

/** A link's text as it was before URL encoding; as it stands where that fails. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
