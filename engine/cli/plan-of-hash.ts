import { relative, join } from 'node:path'
import type { Plan } from '../model/plan.ts'
import { listEnvironments } from '../workspace/inventory.ts'
import { listMarkdownFiles } from '../workspace/markdown-files.ts'
import type { Given } from './flags.ts'
import type { Place } from './place.ts'
import { prepare } from './prepare.ts'
import { runGit } from './run-git.ts'

/** The plan of this hash among the runbooks of the root, with the given flags; without an environment, in each that there is. Null: none has it. */
export async function planOfHash(hash: string, given: Given, { root, project }: Place): Promise<Plan | null> {
  const environments =
    given.environment === undefined ? [undefined, ...(await listEnvironments(project.inventory))] : [given.environment]
  for (const file of await listMarkdownFiles(root, runGit)) {
    for (const environment of environments) {
      const path = relative(process.cwd(), join(root, file))
      const flags = environment === undefined ? given : { ...given, environment }
      const { runbook, planned } = await prepare(path, flags, { unattended: false, trusted: given.trust === true, noRow: true })
      if (runbook === null) break
      if (planned?.plan?.hash.startsWith(hash) === true) return planned.plan
    }
  }
  return null
}
