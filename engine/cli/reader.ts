import { idsOf } from '../document/ids.ts'
import { readAtMost, readDrill, readForEach, readRecord } from '../document/label-values.ts'
import { readCaptures } from '../document/check-capture.ts'
import { proseDuration } from '../document/prose-duration.ts'
import { stepFinder } from '../document/resolve-step.ts'
import { readRoles } from '../document/targets.ts'
import { readYamlBody } from '../document/yaml-place.ts'
import type { Runbook } from '../model/runbook.ts'
import type { Reader } from '../plan/request.ts'

/** How a plan reads the parts of this runbook. */
export function readerOf(runbook: Runbook): Reader {
  const known = idsOf(runbook)
  const ids = { of: (thing: object) => known.of(thing as Parameters<typeof known.of>[0]) }
  const readYaml: Reader['readYaml'] = (block) => readYamlBody(block, runbook.file)
  const labels = { readForEach, readDrill, readAtMost, readRecord, readRoles }
  return { ids, findStep: stepFinder(runbook), readYaml, ...labels, readCaptures, readDuration: proseDuration }
}
