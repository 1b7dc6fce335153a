import type { AbortWatch } from '../local/record.ts'
import type { Plan } from '../model/plan.ts'
import type { Chain } from './hand-over.ts'
import type { Watch } from './time-box.ts'

/** What is run of a file: all of it, or what a command makes of its plan. */
export interface RunKind {
  readonly unattended: boolean
  readonly writesRow: boolean
  readonly planOf: (plan: Plan) => Plan
  /** False where nobody said `--unattended`: it is no word for a checkout's own code then. @default true */
  readonly isSaid?: false
  /** The runbooks that handed over to this one. */
  readonly chain?: Chain
  /** Recorded as notes before its first step. */
  readonly notes?: readonly string[]
  readonly watches?: readonly Watch[]
  /** Ends the run as soon as it holds, also when the run is gone on with. */
  readonly abort?: AbortWatch
  /** Told as soon as the run has its id and its lock. */
  readonly onRun?: (runId: string) => void
}
