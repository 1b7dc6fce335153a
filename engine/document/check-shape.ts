import type { Runbook } from '../model/runbook.ts'
import { conflictsOf } from './conflict.ts'
import { placeOfLine } from './lines.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

/** What a merge left in the author's text; in a history table `history sync` mends it, and says so itself. */
export function checkConflicts(reading: Reading): void {
  for (const { open, inHistory } of conflictsOf(reading.lines))
    if (!inHistory)
      report(reading, {
        rule: 'conflict-marks',
        place: placeOfLine(reading.lines, open),
        reason: 'Unexpected conflict marks of a merge, expected one text',
      })
}

/** A runbook has a procedure with at least one step; a file without one is no runbook, which by itself is no mistake. */
export function checkShape(reading: Reading, { sections }: Runbook): void {
  const procedures = sections.filter(({ name }) => name === 'procedure')
  const [first] = procedures
  if (first === undefined)
    report(reading, {
      rule: 'not-a-runbook',
      severity: 'info',
      place: { line: 1, column: 1, endLine: 1, endColumn: 1 },
      reason: 'Unexpected file without a procedure, expected a section Procedure',
      expected: ['Procedure', 'Procédure'],
    })
  else if (procedures.every(({ steps }) => steps.length === 0))
    report(reading, {
      rule: 'empty-procedure',
      place: first.title.place,
      reason: `Unexpected empty section "${first.title.value}", expected at least one step`,
      expected: ['### Step 1: …'],
    })
}
