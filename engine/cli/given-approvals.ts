/* `--approval FILE`: what somebody else signed, checked before anything runs. */
import { readFileSync } from 'node:fs'
import { parseApprovals } from '../local/approval-line.ts'
import { bringerOf } from '../local/bringer.ts'
import { checkApproval, type ApprovedRun } from '../local/check-approval.ts'
import { isApproved } from '../machine/approvals.ts'
import { evolve, initialState } from '../machine/evolve.ts'
import { RULES } from '../machine/rules.ts'
import type { Fact, Settings, Stamped, State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import type { Problem } from '../model/problem.ts'
import type { Words } from '../words/words.ts'
import { toolVersion } from './tool-root.ts'
import { usageProblem } from './problems-out.ts'

type Heard = Extract<Fact, { type: 'heard' }>

/** The approvals of a file as the run hears them; every line must be good, else the problems of those that are not. */
export async function approvalsFrom(
  file: string | undefined,
  run: Omit<ApprovedRun, 'nowMs'>,
  words: Words,
): Promise<{ readonly heard: readonly Heard[]; readonly problems: readonly Problem[] }> {
  if (file === undefined) return { heard: [], problems: [] }
  const problem = (reason: string): Problem => usageProblem({ rule: 'approval', reason: `${file}: ${reason}`, actual: file })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return { heard: [], problems: [problem(error instanceof Error ? error.message : String(error))] }
  }
  const refused = (why: keyof Words['people']['refused'], role: string): Problem =>
    problem(words.cli.approveNot(words.people.refused[why](role)))
  const lines = parseApprovals(text)
  if (lines.length === 0) return { heard: [], problems: [refused('no-line', '')] }
  const heard: Heard[] = []
  const problems: Problem[] = []
  let { state } = run
  for (const line of lines) {
    const checked = await checkApproval(line, { ...run, state, nowMs: Date.now() }, bringerOf(file))
    if (!checked.ok) {
      problems.push(refused(checked.why, checked.role))
      continue
    }
    const fact: Heard = { type: 'heard', message: checked.message, by: checked.by }
    heard.push(fact)
    state = evolve(structuredClone(state), { ...fact, ...stampAt(state.ms) })
  }
  return { heard, problems }
}

/** Before the start: what a file brings, and what a start further on would pass by without. */
export async function approvalsToStart(
  file: string | undefined,
  {
    plan,
    settings,
    policy,
    words,
  }: { readonly plan: Plan; readonly settings: Settings; readonly policy: Policy; readonly words: Words },
): ReturnType<typeof approvalsFrom> {
  const run = beforeStart(plan, settings, policy)
  const { from } = settings
  const { heard, problems } = await approvalsFrom(file, run, words)
  if (from === null) return { heard, problems }
  const { steps } = plan
  const start = steps.findIndex(({ part, id }) => part === from.step || id === from.step)
  const state = heard.reduce((next, fact) => evolve(next, { ...fact, ...stampAt(next.ms) }), structuredClone(run.state))
  const lacking = steps
    .slice(0, Math.max(0, start))
    .filter(
      ({ type, treatment, onlyIf }) => type === 'approval' && treatment !== 'simulate' && treatment !== 'skip' && onlyIf === null,
    )
    .filter(({ id, approve }) => !isApproved(state, id, approve?.roles ?? []))
    .map(({ id }) =>
      usageProblem({
        rule: 'from',
        reason: `Unexpected --from ${from.step} past ${id}, which nobody has approved, expected --approval FILE or a start before it`,
        actual: from.step,
      }),
    )
  return { heard, problems: [...problems, ...lacking] }
}

const stampAt = (ms: number): Pick<Stamped, 'seq' | 'run' | 'at' | 'ms'> => ({ seq: 0, run: '', at: '', ms })

/** A run that has not begun: what an approval before the start is checked against. */
function beforeStart(plan: Plan, settings: Settings, policy: Policy): Omit<ApprovedRun, 'nowMs'> {
  const start: Fact = { type: 'run-started', rules: RULES, tool: toolVersion(), plan: plan.hash, settings, values: {} }
  const state: State = evolve(initialState(), { ...start, ...stampAt(0) })
  return { plan, state, facts: [], runId: '', policy, runUid: process.getuid?.() ?? null }
}
