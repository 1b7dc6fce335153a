import { problem } from './making.ts'
import type { Making } from './making.ts'

/** Is an environment chosen, where the runbook takes something from one? */
export function checkEnvironment(making: Making): void {
  const { environment, environments, runbook, meant } = making.request
  if (meant !== null && meant !== environment?.name)
    problem(making, {
      rule: 'environment-meant',
      reason: `Unexpected --i-mean ${meant}, expected ${environment === null ? 'no environment' : environment.name}`,
      expected: environment === null ? [] : [environment.name],
      actual: meant,
      words: environment === null ? environments : [environment.name],
    })
  const taking = runbook.params.find((param) => param.default.value.from === 'inventory')
  if (environment !== null || environments.length === 0 || taking === undefined) return
  problem(making, {
    rule: 'environment',
    place: taking.default.place,
    reason: `${taking.name.value} comes from the inventory: expected --environment with ${environments.join(', ')}`,
    expected: environments,
  })
}
