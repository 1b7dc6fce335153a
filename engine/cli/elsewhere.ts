import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Prepared } from './prepare.ts'
import { usageProblem } from './problems-out.ts'

/** Steps that belong on another host: this version does not go there, and runs nothing of them here. */
export function elsewhere({ steps }: Plan, { file, words }: Pick<Prepared, 'file' | 'words'>): Problem[] {
  return steps.flatMap(({ id, host, treatment, line }) =>
    host === null || treatment !== 'execute'
      ? []
      : [
          {
            ...usageProblem({ rule: 'on-host', reason: words.cli.elsewhere(id, host), file }),
            place: { line, column: 1, endLine: line, endColumn: 2 },
          },
        ],
  )
}
