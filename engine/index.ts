/** What step authors import; nothing else of the engine is theirs. */
export { nearest } from './language/nearest.ts'
export { defineResource, defineStep } from './model/step-type.ts'
export type { Effect } from './model/effect.ts'
export type { Example, Needs, Opened, Resource, StepNames, StepOutcome, StepTools, StepType, Verdict } from './model/step-type.ts'
export type { Json } from './model/value.ts'
