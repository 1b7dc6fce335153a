import { detailsScreen } from '../../terminal/details-screen.ts'
import { overviewScreen } from '../../terminal/overview-screen.ts'
import { missingText, refusedText } from '../../terminal/refused.ts'
import { redactorOf } from '../../secrets/redactor.ts'
import { planJson } from '../../plan/plan-json.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { complain, say } from '../output.ts'
import { overviewOf } from '../overview.ts'
import { errorsOf, prepare } from '../prepare.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'

/** `plan FILE`: what would run, resolved. Runs nothing, not even a check. */
export async function command({ args, given }: Call): Promise<number> {
  const json = given.json === true
  const unattended = given.unattended === true
  const prepared = await prepare(args[0] ?? '', given, { unattended, trusted: given.trust === true })
  const { words, planned, problems, file, source } = prepared
  const sources = new Map([[file, source]])
  const found = planned?.plan ?? null
  if (found === null || errorsOf(problems).length > 0) {
    tellProblems(problems, { json, words, sources })
    return EXIT.usage
  }
  // What a plan is known by is not redacted: `--plan` takes it.
  const plan = { ...redactorOf([], prepared.project.policy.redact).json(found), hash: found.hash }
  const missing = planned?.missing ?? []
  if (unattended && missing.length > 0) {
    if (json)
      tellProblems(
        missing.map(({ id, what, hint }) =>
          usageProblem({ rule: 'missing-answer', file, reason: `${id}: ${what}, ${hint}`, expected: [hint], actual: id }),
        ),
        { json, words },
      )
    else complain(refusedText(missing, words))
    return EXIT.usage
  }
  if (json) {
    say(JSON.stringify(planJson(plan), null, 2))
    return EXIT.passed
  }
  if (problems.length > 0 && given.quiet !== true) tellProblems(problems, { json, words, sources })
  const look = { words, width: 80, ascii: false }
  const { cli } = words
  const needs = plan.needsPerson.length === 0 ? cli.nothing : plan.needsPerson.join(', ')
  say(
    [
      ...overviewScreen(look, plan, await overviewOf(prepared, plan, [])),
      ...detailsScreen(look, plan),
      `${cli.needs}${words.colon} ${needs}`,
      ...(missing.length === 0 ? [] : [missingText(missing, words)]),
      ...(plan.estimateMs === null ? [] : [`${cli.estimate}${words.colon} ${cli.estimateIn(plan.estimateMs)}`]),
      `${cli.hash}${words.colon} ${plan.hash}`,
    ].join('\n'),
  )
  return EXIT.passed
}
