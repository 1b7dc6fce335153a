import type { PlanRow, PlanTarget } from '../model/plan.ts'
import type { DecisionTable, Phase, Target } from '../model/runbook.ts'
import type { Located } from '../model/problem.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'

/** The rows of a decision, with the ids of the steps that they lead to. */
export function rowsOf(making: Making, { rows }: DecisionTable, phase: Phase | null): PlanRow[] {
  return rows.map(({ when, target }) => ({ when: when?.value ?? null, target: targetOf(making, target, phase) }))
}

function targetOf(making: Making, { value, place }: Located<Target>, phase: Phase | null): PlanTarget {
  const { reader } = making.request
  switch (value.type) {
    case 'step': {
      const step = reader.findStep(value.to, phase)
      if (step !== null) return { type: 'step', to: reader.ids.of(step) }
      problem(making, {
        rule: 'lost-target',
        place,
        reason: `Unexpected target "${value.to}", expected a step of this runbook`,
        actual: value.to,
      })
      return { type: 'stop', text: null }
    }
    case 'unknown':
      problem(making, { rule: 'decision-target', place, reason: `Unexpected target "${value.text}"`, actual: value.text })
      return { type: 'stop', text: null }
    case 'continue':
    case 'stop':
    case 'ask':
    case 'approve':
    case 'runbook':
      return value
  }
}
