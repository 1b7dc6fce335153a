import { createInterface } from 'node:readline'
import { visible, visibleLine } from '../../language/control.ts'
import { foldOf } from '../../local/resume-run.ts'
import type { PlanEntry } from '../../model/plan.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { operatorOf } from '../operator.ts'
import { complain } from '../output.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { tellRun } from '../tell-run.ts'

/** `approve RUN STEP`: shows what is asked, asks for the word, and tells the run. Never the operator's own. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const { cli } = place.words
  const [request = '', stepArg] = args
  const [run = '', stepPart] = request.split('/')
  const record = recordOf(run, place)
  const step = stepArg ?? stepPart ?? ''
  const asked = record.plan.steps.filter(asksApproval)
  const entry =
    asked.find(({ id, part }) => id === step || part === step) ?? (step === '' && asked.length === 1 ? asked[0] : undefined)
  if (entry === undefined) {
    tellProblems(
      [usageProblem({ rule: 'not-accepted', reason: cli.noApproval(step), expected: asked.map(({ id }) => id), actual: step })],
      place,
    )
    return EXIT.usage
  }
  const roles = rolesOf(entry)
  const state = foldOf(record.facts)
  const statement = entry.approve?.statement ?? entry.title
  const values = Object.entries(state.captured).flatMap(([name, value]) =>
    'ref' in value ? [] : [`${name} ${visibleLine(value.text)}`],
  )
  complain(
    [
      cli.approveAsk(given.role ?? roles.join(', ')),
      `  "${visible(statement)}"`,
      `  ${[`run ${record.runId}`, record.plan.environment, `plan ${record.plan.hash.slice(0, 12)}`, ...values].filter((text) => text !== '').join(' · ')}`,
      cli.approveType,
    ].join('\n'),
  )
  if ((await readLine()).trim() !== 'approve') {
    complain(cli.approveRefused)
    return EXIT.stopped
  }
  const by = { ...operatorOf(given, 'attended', place.root), how: 'typed' } as const
  return tellRun(record, { say: 'approve', step: entry.id, plan: record.plan.hash, statement }, { given, place, by })
}

function asksApproval({ approve, rows }: PlanEntry): boolean {
  return approve !== null || rows.some(({ target }) => target.type === 'approve')
}

function rolesOf({ approve, rows }: PlanEntry): string[] {
  const roles = approve?.roles ?? rows.flatMap(({ target }) => (target.type === 'approve' ? target.roles : []))
  return roles.map(({ role }) => role)
}

/** One line of what is typed or piped; empty at the end of the input. */
function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => resolve(''))
  })
}
