import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStepLoader } from '../../engine/workspace/step-load.ts'
import { scanSteps } from '../../engine/workspace/step-scan.ts'

/** A program: loads the step types of each folder it is given, as Node itself does (the test runner has a loader of its own). */
const toolRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const results = []
for (const folder of process.argv.slice(2)) {
  const { steps } = await scanSteps([folder])
  const { stepTypes, problems } = await openStepLoader(steps, { toolRoot }).loadAll()
  const loaded = [...stepTypes.values()].map((step) => ({
    name: step.name,
    says: step.describe({ who: 'Ada' }),
    refuses: !step.input.safeParse({ who: 1 }).success,
  }))
  results.push({ loaded, problems })
}
process.stdout.write(JSON.stringify(results))
