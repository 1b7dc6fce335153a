import type { Item, Phase, Section, Step } from './runbook.ts'

/** The ids of a runbook's parts, by the object itself: `idsOf` of the document gives them. */
export interface Ids {
  /** The id of a step, phase, section, block, box, decision, or of a label that a person answers; empty for what has none. */
  of(thing: Step | Phase | Section | Item): string
}
