import type { Runbook } from '../model/runbook.ts'
import { checkAttributes } from './check-attributes.ts'
import { checkExpressions } from './check-expression.ts'
import { checkIds } from './check-ids.ts'
import { checkLabels } from './check-labels.ts'
import { checkParams } from './check-params.ts'
import { checkReferences } from './check-references.ts'
import { checkRoles } from './check-roles.ts'
import { checkConflicts, checkShape } from './check-shape.ts'
import { checkYaml } from './check-yaml.ts'
import type { Reading } from './reading.ts'
import { spotsOf } from './spots.ts'

/** The format's own rules, after everything is read: their problems are added to the file's. */
export function checkRunbook(reading: Reading, runbook: Runbook): void {
  const spots = spotsOf(runbook)
  checkShape(reading, runbook)
  checkConflicts(reading)
  checkParams(reading, runbook)
  checkAttributes(reading, runbook, spots)
  checkRoles(reading, runbook, spots)
  checkIds(reading, runbook, spots)
  checkLabels(reading, runbook, spots)
  checkExpressions(reading, runbook, spots)
  checkReferences(reading, runbook, spots)
  checkYaml(reading, runbook, spots)
}
