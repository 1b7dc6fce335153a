import type { CarryStore } from '../journal/carry-store.ts'
import type { BlockId } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import type { StepType } from '../model/step-type.ts'
import type { Values } from '../model/value.ts'
import type { Lifeline } from '../process/lifeline.ts'
import type { Clock } from './clock.ts'
import type { Face } from './face.ts'
import type { Hosts } from './hosts.ts'
import type { Resources } from './resources.ts'
import type { SecretsOf } from './secrets-of.ts'

/** What every execution of one run works with. */
export interface Hands {
  readonly plan: Plan
  readonly entry: (id: BlockId) => PlanEntry
  readonly root: string
  /** The run's own folder. */
  readonly folder: string
  readonly runId: string
  /** Exported to every process of the run, so that it can be found again. */
  readonly runMarker: string
  /** Parameters that became known at the start: of `cmd:`, `ask`. */
  readonly started: Values
  readonly face: Face
  readonly secrets: SecretsOf
  readonly stepTypes: ReadonlyMap<string, StepType>
  readonly resources: Resources
  readonly policy: Policy
  readonly carry: CarryStore
  readonly lifeline: Lifeline
  readonly hosts: Hosts
  readonly clock: Clock
  /** The caller's environment, as it was at the start. */
  readonly callerEnv: Readonly<Record<string, string | undefined>>
  /** Keys whose next attempt gets the terminal, by a person's wish. */
  readonly withTerminal: Set<string>
}
