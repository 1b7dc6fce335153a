import { join } from 'node:path'
import { sha256 } from '../journal/chain.ts'
import { hashOfFile } from '../journal/own-file.ts'
import type { ReadJournal } from '../journal/read.ts'
import type { Plan } from '../model/plan.ts'
import { isIntact } from '../plan/hash.ts'

/** The first record that is not what was written, or whose files are not: `record` counts from 1. */
export interface Altered {
  readonly record: number
  readonly why: string
}

type Recorded = Pick<ReadJournal, 'facts' | 'firstBad'> & { readonly folder: string; readonly plans: ReadonlyMap<string, Plan> }

/** Looks for what was changed after a run: in its journal's chain, its plans, its runbooks' snapshots and the output that it kept. */
export function alteredIn(record: Recorded): Altered | null {
  const { facts, firstBad, folder } = record
  if (facts.length === 0) return firstBad ?? { record: 1, why: 'it is missing' }
  for (const [index, fact] of facts.entries()) {
    if (fact.type === 'run-started' || fact.type === 'run-resumed') {
      const why = planTrouble(record, fact.plan, fact.type === 'run-started' ? 1 : fact.sitting)
      if (why !== null) return { record: index + 1, why }
    }
    if (fact.type !== 'step-ended' || fact.outcome.log === undefined) continue
    const { file, sha256: said } = fact.outcome.log
    const why = fileTrouble(join(folder, file), file, said)
    if (why !== null) return { record: index + 1, why }
  }
  return firstBad
}

/** Why the plan of a sitting, or its runbook's snapshot, is not what the journal says; null where it is. */
export function planTrouble({ plans, folder }: Pick<Recorded, 'plans' | 'folder'>, hash: string, sitting: number): string | null {
  const n = sitting === 1 ? '' : `-${sitting}`
  const plan = plans.get(hash)
  if (plan === undefined || !isIntact(plan, sha256)) return `plan${n}.json is not the plan that it was made with`
  return fileTrouble(join(folder, `runbook${n}.md`), `runbook${n}.md`, plan.runbook.sha256)
}

function fileTrouble(path: string, shown: string, said: string): string | null {
  try {
    return hashOfFile(path) === said ? null : `${shown} was changed since`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? `${shown} is missing` : `${shown} cannot be read`
  }
}
