import type { Runbook } from '../model/runbook.ts'
import type { Reading } from './reading.ts'
import type { Spot } from './spots.ts'
import { readYamlBody } from './yaml-place.ts'

/** The bodies of typed steps are YAML: what cannot be read there is a problem at its place. */
export function checkYaml(reading: Reading, _runbook: Runbook, spots: readonly Spot[]): void {
  for (const { item } of spots)
    if (item.type === 'block' && item.kind === 'yaml' && item.role !== 'none' && item.role !== 'example')
      reading.problems.push(...readYamlBody(item, reading.file).problems)
}
