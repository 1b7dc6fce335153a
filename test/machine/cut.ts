import { expect } from 'vitest'
import type { Stamped } from '../../engine/model/fact.ts'
import { story } from './story.ts'

/** The journal of a run that was killed after the last fact that tells this line, or begins this task. */
export function cut(facts: readonly Stamped[], at: string): readonly Stamped[] {
  const isThere = (fact: Stamped, index: number): boolean =>
    (fact.type === 'step-started' && fact.task === at) ||
    (fact.type !== 'step-started' && fact.type !== 'asked' && story(facts.slice(0, index + 1)).at(-1) === at)
  const index = facts.findLastIndex(isThere)
  expect(index).toBeGreaterThan(-1)
  return facts.slice(0, index + 1)
}
