import type { Item, Phase, Runbook, Section, Step } from '../model/runbook.ts'

/** Something that an author wrote, and what it stands in. */
export interface Spot {
  readonly item: Item
  readonly section: Section
  /** Null outside a step: in a section, or before its first step. */
  readonly step: Step | null
  /** The phase around the step, or whose own text this is. */
  readonly phase: Phase | null
}

/** Everything of a runbook in document order, with what it stands in. */
export function spotsOf(runbook: Runbook): Spot[] {
  return runbook.sections.flatMap((section) => {
    const inside = new Map<Item, { step: Step | null; phase: Phase | null }>()
    for (const part of section.steps) {
      for (const item of part.items)
        inside.set(item, part.type === 'step' ? { step: part, phase: null } : { step: null, phase: part })
      if (part.type === 'phase')
        for (const step of part.steps) for (const item of step.items) inside.set(item, { step, phase: part })
    }
    return section.items.map((item) => ({ item, section, step: null, phase: null, ...inside.get(item) }))
  })
}

/** The steps of all procedure sections, in order, with the phase that each stands in. */
export function stepsOf(runbook: Runbook): StepSpot[] {
  return runbook.sections.flatMap(({ steps }) =>
    steps.flatMap((part): StepSpot[] =>
      part.type === 'step' ? [{ step: part, phase: null }] : part.steps.map((step) => ({ step, phase: part })),
    ),
  )
}

/** A step and the phase that it stands in. */
export interface StepSpot {
  readonly step: Step
  readonly phase: Phase | null
}
