import type { Located } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import type { Spot } from './spots.ts'

/** Ids that authors gave are unique in the file. */
export function checkIds(reading: Reading, _runbook: Runbook, spots: readonly Spot[]): void {
  const seen = new Map<string, Located<string>>()
  for (const { item } of spots) {
    if (item.type !== 'block' || item.id === null) continue
    const first = seen.get(item.id.value)
    if (first === undefined) seen.set(item.id.value, item.id)
    else
      report(reading, {
        rule: 'duplicate-id',
        place: item.id.place,
        reason: `Unexpected id "${item.id.value}", which another block has: expected an id of its own`,
        actual: item.id.value,
        cause: first,
      })
  }
}
