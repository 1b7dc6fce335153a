import { dirname, join, resolve } from 'node:path'
import type { Holder } from '../journal/locks.ts'
import type { Face } from '../local/face.ts'
import { type Interrupts, openInterrupts } from '../local/interrupts.ts'
import { type Origin, realPath } from '../local/record.ts'
import { locksFolder } from '../local/run-lock.ts'
import { keepSecrets, type SecretsOf } from '../local/secrets-of.ts'
import type { SittingEnd } from '../local/sitting.ts'
import { startRun } from '../local/start-run.ts'
import type { Plan } from '../model/plan.ts'
import type { Settings } from '../model/fact.ts'
import type { Json } from '../model/value.ts'
import type { Terminal } from '../terminal/attended.ts'
import { endScreen } from '../terminal/end-screen.ts'
import { refusedText } from '../terminal/refused.ts'
import type { Words } from '../words/words.ts'
import { endExtraOf } from './end-text.ts'
import { EXIT } from './exit.ts'
import { attendedFace, isTerminal, unattendedFace, withFactLines } from './faces.ts'
import type { Given } from './flags.ts'
import { incidentStart } from './incident-start.ts'
import { operatorOf } from './operator.ts'
import { complain, say } from './output.ts'
import { overviewOf } from './overview.ts'
import { errorsOf, prepare, type Prepared } from './prepare.ts'
import { sorted, tellProblems, usageProblem } from './problems-out.ts'
import { startValues } from './start-values.ts'
import { askTrust } from './trust-ask.ts'
import { toolVersion } from './tool-root.ts'

/** What is run of a file: all of it, or what a command makes of its plan. */
export interface RunKind {
  readonly unattended: boolean
  readonly writesRow: boolean
  readonly planOf: (plan: Plan) => Plan
  /** The overview is not shown: the person has just come from another runbook's end, say. */
  readonly quiet?: boolean
}

/** Runs a file from its bytes to its row and gives the exit code. */
export async function runFile(file: string, given: Given, kind: RunKind): Promise<number> {
  const json = given.json === true
  const { unattended } = kind
  if (!unattended && !isTerminal()) {
    const { words } = await prepare(file, given, { unattended, trusted: false, noRow: true })
    tellProblems([usageProblem({ rule: 'no-terminal', reason: words.cli.noTerminal })], { json, words })
    return EXIT.usage
  }
  const trusted = given.trust === true || unattended
  let prepared = await prepare(file, given, { unattended, trusted, noRow: !kind.writesRow })
  const interrupts = openInterrupts()
  let secrets: SecretsOf | null = null
  const terminal = unattended ? null : attendedFace(given, { lang: prepared.lang, interrupts, secretsOf: () => secrets })
  try {
    if (terminal !== null && (prepared.steps?.untrusted.length ?? 0) > 0 && (await askTrust(prepared, terminal)))
      prepared = await prepare(file, given, { unattended, trusted: true, noRow: !kind.writesRow })
    const ready = readyPlan(prepared, given, kind)
    if (ready === null) return EXIT.usage
    const { plan, settings } = ready
    const values = await startValues(plan, {
      runbook: prepared.runbook,
      root: prepared.root,
      ask: terminal === null ? null : (one) => terminal.value(one),
      known: {},
    })
    if (values.status === 'problems') {
      tellProblems(values.problems, { json, words: prepared.words })
      return EXIT.usage
    }
    const locks = locksFolder(prepared.root, prepared.runs)
    const notes = locks.elsewhere ? [prepared.words.cli.lockElsewhere(locks.folder)] : []
    if (
      values.status === 'left' ||
      (terminal !== null && kind.quiet !== true && (await terminal.overview(plan, overviewOf(prepared, notes))) === 'leave')
    ) {
      complain(prepared.words.cli.left)
      return EXIT.stopped
    }
    if (terminal === null) for (const note of notes) complain(`! ${note}`)
    secrets = keepSecrets(values.secrets, prepared.project.policy.redact)
    const ran = await startRun({
      plan,
      bytes: prepared.bytes,
      origin: originOf(prepared, given, { locks: locks.folder, writesRow: kind.writesRow }),
      settings,
      started: values.started,
      takeOver: given.takeOver === true,
      toolVersion: toolVersion(),
      random: Math.random,
      face: faceOf(given, terminal, prepared),
      secrets,
      stepTypes: prepared.stepTypes,
      policy: prepared.project.policy,
      interrupts,
      callerEnv: { ...process.env },
      runs: prepared.runs,
      timelines: prepared.project.history.timelines,
    })
    if (ran.status === 'locked') return tellLocked(ran.holder, { json, words: prepared.words })
    const code = tellEnd(ran.end, { given, terminal, words: prepared.words, lang: prepared.lang })
    const next = handedTo(ran.end)
    if (next === null) return code
    return await handOver(next, { given, kind, prepared, terminal, interrupts, plan })
  } finally {
    terminal?.close()
    interrupts.close()
  }
}

/** Where the runbook stands, and the flags that shaped its plan. */
function originOf(
  { path, root }: Prepared,
  given: Given,
  { locks, writesRow }: { readonly locks: string; readonly writesRow: boolean },
): Origin {
  const { environment, param, drill, allow, iMean, steps } = given
  const inputs = {
    ...(environment === undefined ? {} : { environment }),
    ...(param === undefined ? {} : { param }),
    ...(drill === undefined ? {} : { drill }),
    ...(allow === undefined ? {} : { allow }),
    ...(iMean === undefined ? {} : { iMean }),
    ...(steps === undefined ? {} : { steps: steps.map((folder) => resolve(folder)) }),
  }
  return { file: realPath(path), root, noHistory: given.noHistory === true, writesRow, locks, inputs }
}

/** Who sees the run: a person at a terminal, or lines. */
export function faceOf(given: Given, terminal: Terminal | null, { lang }: Pick<Prepared, 'lang'>): Face {
  if (terminal === null) return unattendedFace(given, lang)
  return given.json === true ? withFactLines(terminal) : terminal
}

interface Ready {
  readonly plan: Plan
  readonly settings: Settings
}

/** Everything that refuses a start before anything has run: problems, another plan, answers that lack. */
function readyPlan(prepared: Prepared, given: Given, kind: RunKind): Ready | null {
  const json = given.json === true
  const { words, planned } = prepared
  const incident = incidentStart(given.incidentStart)
  const problems = [
    ...prepared.problems,
    ...(typeof incident === 'string' ? [usageProblem({ rule: 'incident-start', reason: incident })] : []),
  ]
  if (given.takeOver === true && given.reason === undefined)
    problems.push(
      usageProblem({
        rule: 'take-over',
        reason: 'Unexpected --take-over without --reason, expected --reason TEXT: it is recorded',
      }),
    )
  const plan = planned?.plan == null ? null : kind.planOf(planned.plan)
  if (plan !== null && given.plan !== undefined) problems.push(...planProblems(given.plan, plan, words))
  const errors = errorsOf(problems)
  if (plan === null || errors.length > 0 || typeof incident === 'string') {
    tellProblems(sorted(problems), { json, words, sources: new Map([[prepared.file, prepared.source]]) })
    return null
  }
  const ids = new Set(plan.steps.map(({ id }) => id))
  const missing = (planned?.missing ?? []).filter(
    ({ id, what }) => kind.writesRow || ids.has(id) || ['param', 'secret', 'value'].includes(what),
  )
  if (kind.unattended && missing.length > 0) {
    if (json)
      tellProblems(
        missing.map(({ id, what, hint }) =>
          usageProblem({
            rule: 'missing-answer',
            file: prepared.file,
            reason: `${id}: ${what}, ${hint}`,
            expected: [hint],
            actual: id,
          }),
        ),
        { json, words },
      )
    else complain(refusedText(missing, words))
    return null
  }
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  if (kind.unattended && !json && given.quiet !== true)
    tellProblems(warnings, { json, words, sources: new Map([[prepared.file, prepared.source]]) })
  return { plan, settings: settingsOf(prepared, given, kind, incident) }
}

function planProblems(given: string, plan: Plan, words: Words): ReturnType<typeof usageProblem>[] {
  const hash = given.toLowerCase()
  if (!/^[0-9a-f]{12,64}$/.test(hash)) return [usageProblem({ rule: 'plan', reason: words.cli.planShort(given), actual: given })]
  if (plan.hash.startsWith(hash)) return []
  return [
    usageProblem({
      rule: 'plan',
      reason: words.cli.planDiffers(given, plan.hash.slice(0, Math.max(12, hash.length))),
      actual: given,
      expected: [plan.hash],
    }),
  ]
}

function settingsOf(prepared: Prepared, given: Given, { unattended }: RunKind, incidentMs: number): Settings {
  const { answers, root } = prepared
  const mode = unattended ? 'unattended' : 'attended'
  const said: Json = answers === null ? null : { params: answers.params, steps: answers.steps, 'on-failure': answers.onFailure }
  return {
    mode,
    operator: operatorOf(given, mode, root),
    environment: prepared.planned?.plan?.environment ?? '',
    answers: said,
    drill: prepared.planned?.plan?.drill ?? null,
    rollback: (given.rollback as Settings['rollback'] | undefined) ?? (unattended ? 'on-failure' : 'ask'),
    allow: (given.allow ?? []).map((word) => word.replace(/^irreversible:/, '')),
    meant: given.iMean ?? null,
    incidentMs,
    from: given.from === undefined ? null : { step: given.from, reason: given.reason ?? '' },
    leaves: unattended,
  }
}

/** Who holds the lock, and what the second person can do. */
export function tellLocked(holder: Holder | null, { json, words }: { readonly json: boolean; readonly words: Words }): number {
  if (json) say(JSON.stringify({ type: 'locked', ...(holder ?? {}) }))
  const { cli } = words
  complain(
    holder === null
      ? cli.lockedUnknown
      : `${cli.locked(`${holder.operator} (${holder.host}, ${holder.run})`, holder.since, holder.step ?? '')}\n${cli.lockedHelp(holder.run)}`,
  )
  return EXIT.locked
}

/** Shows how it ended and gives its exit code. */
export function tellEnd(
  end: SittingEnd,
  {
    given,
    terminal,
    words,
    lang,
  }: { readonly given: Given; readonly terminal: Terminal | null; readonly words: Words; readonly lang: Prepared['lang'] },
): number {
  if (end.broken !== null) {
    complain(`${end.broken}\n${words.cli.broken(end.runId)}`)
    return EXIT.failed
  }
  const next = handedTo(end)
  const extra = endExtraOf(end, { lang, note: next === null ? null : words.cli.handedOver(next) })
  const shown = { plan: end.plan, state: end.state, extra }
  if (terminal !== null) terminal.end(shown)
  else if (given.json !== true && given.quiet !== true)
    say(['', ...endScreen({ words, width: 80, ascii: false }, shown)].join('\n'))
  if (end.row?.where === 'patch') {
    if (given.json === true) complain(end.row.patch)
    else if (terminal === null) say(end.row.patch)
    else complain(end.row.patch)
  }
  return end.state.ended?.exitCode ?? EXIT.failed
}

/** The runbook that this run's last branch leads to; null: none. */
function handedTo({ plan, state }: SittingEnd): string | null {
  if (state.branch === null || state.ended === null || state.ended.result === 'waiting') return null
  const target = plan.steps.find(({ id }) => id === state.branch?.step)?.rows[state.branch.row]?.target
  return target?.type === 'runbook' ? target.file : null
}

/** Starts the other runbook in the same environment, with parameters of the same name, after its own first screen. */
async function handOver(
  file: string,
  {
    given,
    kind,
    prepared,
    terminal,
    interrupts,
    plan,
  }: {
    readonly given: Given
    readonly kind: RunKind
    readonly prepared: Prepared
    readonly terminal: Terminal | null
    readonly interrupts: Interrupts
    readonly plan: Plan
  },
): Promise<number> {
  terminal?.close()
  interrupts.close()
  const path = join(dirname(prepared.path), file)
  const { param: _param, from: _from, plan: _plan, reason: _reason, answers: _answers, ...kept } = given
  const there = await prepare(path, kept, { unattended: true, trusted: false, noRow: true })
  const names = new Set(there.runbook?.params.map(({ name }) => name.value))
  const param = plan.params.flatMap(({ name, value, secret }) =>
    names.has(name) && !secret && value !== null ? [`${name}=${value}`] : [],
  )
  return runFile(path, { ...kept, ...(given.answers === undefined ? {} : { answers: given.answers }), param }, kind)
}
