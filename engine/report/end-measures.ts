import type { Stamped } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Lang } from '../model/runbook.ts'
import { wordsOf } from '../words/words.ts'
import { measuresOf, type Measure, type Measures } from './measures.ts'
import { measureText, rtoText } from './row.ts'

/** A measure with its words, as the last screen takes it. */
export interface MeasureInWords {
  readonly status: Measure['status']
  readonly text: string
  readonly targetMs: number | null
}

/** Its own end was simulated: it was not measured, and nothing was there to be reached. */
const isOnlyShown = ({ status, simulatedSteps }: NonNullable<Measures['rto']>): boolean =>
  status === 'not-measured' && simulatedSteps > 0

/** What a run's last screen says of its measures; null where the runbook has no target. */
export function endMeasures({
  plan,
  facts,
  lang,
}: {
  readonly plan: Plan
  readonly facts: readonly Stamped[]
  readonly lang: Lang
}): {
  readonly rto: MeasureInWords | null
  readonly rpo: MeasureInWords | null
  readonly waitedMs: number
} {
  const words = wordsOf(lang)
  const { rto, rpo, waitedMs } = measuresOf({ plan, facts })
  return {
    rto:
      rto === null ? null : { status: rto.status, text: rtoText(rto, words), targetMs: isOnlyShown(rto) ? null : rto.targetMs },
    rpo: rpo === null ? null : { status: rpo.status, text: measureText(rpo, words), targetMs: rpo.targetMs },
    waitedMs,
  }
}
