import { stepFinder } from '../document/resolve-step.ts'
import type { FindStep } from '../document/resolve-step.ts'
import { fold } from '../language/fold.ts'
import type { Runbook } from '../model/runbook.ts'
import { stepsOf } from './spots.ts'

const finders = new WeakMap<Runbook, FindStep>()
const numbers = new WeakMap<Runbook, ReadonlySet<string>>()

/** The runbook's own finder of steps, made once. */
export function finderOf(runbook: Runbook): FindStep {
  const known = finders.get(runbook)
  if (known) return known
  const made = stepFinder(runbook)
  finders.set(runbook, made)
  return made
}

/** Whether some step carries this number, alone or behind its phase's: `2`, `1.2`. */
export function hasNumber(runbook: Runbook, number: string): boolean {
  const known =
    numbers.get(runbook) ??
    new Set(
      stepsOf(runbook).flatMap(({ step, phase }) =>
        step.number === null ? [] : [step.number, `${phase?.number ?? ''}.${step.number}`],
      ),
    )
  numbers.set(runbook, known)
  return known.has(number)
}

/** Letters and digits of a title or an anchor, folded: a no-break space or an accent is no difference. */
export function plain(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** A link's text as it was before URL encoding; as it stands where that fails. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
