import { statSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { sha256 } from '../journal/chain.ts'
import { ownerUid } from '../local/bringer.ts'
import type { Face } from '../local/face.ts'
import { type Interrupts, openInterrupts } from '../local/interrupts.ts'
import { type Origin, realPath, type RunRecord } from '../local/record.ts'
import { foldOf, resumeRun, startedValues, whyNotResumable, writeLateRow, standingOf } from '../local/resume-run.ts'
import { locksFolder } from '../local/run-lock.ts'
import { keepSecrets, type SecretsOf } from '../local/secrets-of.ts'
import type { SittingEnd, SittingTools } from '../local/sitting.ts'
import type { Answers } from '../model/answers.ts'
import type { Settings, StepId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Json } from '../model/value.ts'
import { runSummary } from '../report/run-summary.ts'
import type { Terminal } from '../terminal/attended.ts'
import { watchAbort } from './abort-watch.ts'
import { EXIT, Exit } from './exit.ts'
import { attendedFace, isTerminal } from './faces.ts'
import type { Given } from './flags.ts'
import { approvalsFrom } from './given-approvals.ts'
import { explain } from './output.ts'
import type { Place } from './place.ts'
import { errorsOf, prepare, type Prepared } from './prepare.ts'
import { tellProblems, usageProblem } from './problems-out.ts'
import { faceOf, handOver } from './run-file.ts'
import { tellEnd, tellLocked } from './tell-end.ts'
import { resumeSettings } from './settings.ts'
import { startValues } from './start-values.ts'

export interface Going {
  readonly course: 'forward' | 'rolling'
  readonly to: StepId | null
}

/** Goes on with a recorded run, forward or back, and gives the exit code. */
export async function resumeFile(record: RunRecord, given: Given, place: Place, asked: Going): Promise<number> {
  const { json } = place
  const unattended = given.unattended === true
  const going = runSummary(record.facts).result === null ? onItsCourse(record, asked) : asked
  const refused = await refusal(record, given, place, going)
  if (refused !== null) return refused
  const next = await nextPlan(record, given, { place, unattended, course: going.course })
  const { prepared, plan } = next
  const interrupts = openInterrupts()
  let secrets: SecretsOf | null = null
  const terminal = unattended ? null : attendedFace(given, { lang: prepared.lang, interrupts, secretsOf: () => secrets })
  try {
    const settings = resumeSettings(record, given, { prepared, unattended })
    const approved = await approvedFor(record, given, { plan, settings, place })
    if (approved.problems.length > 0) {
      tellProblems(approved.problems, { json, words: prepared.words })
      return EXIT.usage
    }
    const values = await startValues(plan, {
      runbook: prepared.runbook,
      root: record.origin.root,
      ask: terminal === null ? null : (one) => terminal.value(one),
      known: startedValues(record.facts),
    })
    if (values.status === 'problems') {
      tellProblems(values.problems, { json, words: prepared.words })
      return EXIT.usage
    }
    if (values.status === 'left') return leave(place)
    const chosen = await choose(record, plan, terminal, going)
    if (chosen === null) return leave(place)
    secrets = keepSecrets(values.secrets, place.project.policy.redact)
    const around = tools(given, { prepared, place, terminal, interrupts, secrets })
    const { abort } = record.origin
    // What undoes the drill is not stopped for it.
    const watch = chosen.course === 'forward' ? abort && watchAbort(abort)({ ...around, interrupts }) : undefined
    const ran = await resumeRun({
      ...around,
      record,
      plan,
      bytes: prepared.bytes,
      settings,
      ...chosen,
      takeOver: given.takeOver === true ? (given.reason ?? '') : null,
      approvals: approved.heard,
    })
    watch?.stop()
    if (ran.status === 'passed') return refuse(record, place, { reason: place.words.cli.endedPassed(record.runId) })
    if (ran.status === 'unwritable')
      return refuse(record, place, { reason: place.words.cli.unwritable(record.folder, ran.reason), rule: 'records' })
    if (ran.status === 'locked') return tellLocked(ran, { json, words: prepared.words })
    const code = tellEnd(ran.end, { given, terminal, words: prepared.words, lang: prepared.lang })
    terminal?.close()
    interrupts.close()
    return (await goOnWith(ran.end, { origin: record.origin, given, prepared })) ?? code
  } finally {
    terminal?.close()
    interrupts.close()
  }
}

/** The runbook that the run handed over to, with the flags of the run's own start; null where there is none. */
function goOnWith(
  end: SittingEnd,
  { origin, given, prepared }: { readonly origin: Origin; readonly given: Given; readonly prepared: Prepared },
): Promise<number | null> {
  const { abort, file, inputs, writesRow } = origin
  const kind = { unattended: given.unattended === true, writesRow, planOf: (own: Plan) => own, ...(abort && { abort }) }
  return handOver(end, { given: { ...given, ...inputs } as Given, kind, prepared: { ...prepared, path: file } })
}

/** What `--approval` brings, for the plan that goes on and with its operators of now. */
function approvedFor(
  { facts, folder, runId }: RunRecord,
  { approval }: Given,
  { plan, settings, place }: { readonly plan: Plan; readonly settings: Settings; readonly place: Place },
): ReturnType<typeof approvalsFrom> {
  const state = { ...foldOf(facts), plan: plan.hash }
  const operators = [...new Set([...state.operators, settings.operator.name])]
  const { policy } = place.project
  const run = { plan, state: { ...state, operators }, facts, runId, policy, runUid: ownerUid(folder) }
  return approvalsFrom(approval, run, place.words)
}

/** Why this run cannot be gone on with, told; its exit code, or null. */
async function refusal(record: RunRecord, given: Given, place: Place, going: Going): Promise<number | null> {
  const { cli } = place.words
  if (record.live && given.takeOver !== true) {
    explain(cli.liveRun(record.runId))
    if (place.json) process.stdout.write(`${JSON.stringify({ type: 'locked', run: record.runId })}\n`)
    return EXIT.locked
  }
  const why = whyNotResumable(record)
  if (why !== null) return refuse(record, place, { reason: cli.altered(record.runId, why), rule: 'altered-journal' })
  if (runSummary(record.facts).result === 'passed' && going.course === 'forward') {
    await lateRow(record, place)
    return refuse(record, place, { reason: cli.endedPassed(record.runId) })
  }
  if (runSummary(record.facts).result === 'rolled-back' && going.course === 'forward') {
    await lateRow(record, place)
    return refuse(record, place, { reason: cli.endedRolledBack(record.runId) })
  }
  if (given.unattended !== true && !isTerminal()) return refuse(record, place, { reason: cli.noTerminal, rule: 'no-terminal' })
  if (given.takeOver !== true || given.reason !== undefined) return null
  const reason = 'Unexpected --take-over without --reason, expected --reason TEXT: it is recorded'
  return refuse(record, place, { reason, rule: 'take-over' })
}

function refuse(
  { runId }: RunRecord,
  { json, words }: Place,
  { reason, rule = 'resume' }: { readonly reason: string; readonly rule?: string },
): number {
  tellProblems([usageProblem({ rule, reason, actual: runId })], { json, words })
  return EXIT.usage
}

/** A run that died while it was rolling back goes on with that. */
function onItsCourse({ facts }: RunRecord, asked: Going): Going {
  const { course } = foldOf(facts)
  return asked.course === 'forward' && course.type === 'rolling' ? { course: 'rolling', to: course.to } : asked
}

function leave({ words }: Place): number {
  explain(words.cli.left)
  return EXIT.stopped
}

/** A person sees where the run stands first, and says which way. */
async function choose(record: RunRecord, plan: Plan, terminal: Terminal | null, going: Going): Promise<Going | null> {
  if (terminal === null) return going
  const state = standingOf(record)
  const last = record.facts.at(-1)
  const agoMs = last === undefined ? 0 : Math.max(0, Date.now() - Date.parse(last.at))
  const { result } = runSummary(record.facts)
  const extra = { runId: record.runId, agoMs, killed: result === null, nowMs: (last?.ms ?? 0) + agoMs }
  const said = await terminal.returning({ plan, state, extra })
  if (said === 'leave') return null
  return said === 'roll-back' ? { course: 'rolling', to: going.course === 'rolling' ? going.to : null } : going
}

function tools(
  given: Given,
  around: {
    readonly prepared: Prepared
    readonly place: Place
    readonly terminal: Terminal | null
    readonly interrupts: Interrupts
    readonly secrets: SecretsOf
  },
): SittingTools & { readonly face: Face } {
  const { prepared, place, terminal, interrupts, secrets } = around
  return {
    face: faceOf(given, terminal, prepared),
    words: prepared.words,
    secrets,
    stepTypes: prepared.stepTypes,
    policy: place.project.policy,
    interrupts,
    callerEnv: { ...process.env },
    runs: place.runs,
    timelines: place.project.history.timelines,
    notify: place.project.notify,
  }
}

/** The plan to go on with: the record's own where the file still says the same, else a new one of the edited file. */
async function nextPlan(
  record: RunRecord,
  given: Given,
  { place, unattended, course }: { readonly place: Place; readonly unattended: boolean; readonly course: Going['course'] },
): Promise<{ readonly prepared: Prepared; readonly plan: Plan }> {
  const { origin } = record
  const answers = recordedAnswers(record)
  const { answers: _answers, ...flags } = { ...origin.inputs, ...given }
  const asked: Given = { ...flags, ...(given.answers === undefined ? {} : { answers: given.answers }) }
  const environment = record.plan.environment === '' ? {} : { environment: record.plan.environment }
  const file = relative(process.cwd(), origin.file) || origin.file
  const prepared = await prepare(
    file,
    { ...asked, ...environment },
    {
      unattended,
      trusted: unattended || given.trust === true,
      recorded: { params: record.plan.params, answers },
    },
  )
  const { planned } = prepared
  if (planned?.plan?.hash === record.plan.hash || isSameFile(record, prepared)) return { prepared, plan: record.plan }
  // Undoing needs no edited file: what was done is undone as it was planned.
  if (course === 'rolling') return { prepared, plan: record.plan }
  if (planned?.plan == null || errorsOf(prepared.problems).length > 0) {
    tellProblems(prepared.problems, { json: place.json, words: prepared.words })
    throw new Exit(EXIT.usage)
  }
  return { prepared, plan: planned.plan }
}

function isSameFile({ plan }: RunRecord, { bytes }: Prepared): boolean {
  return sha256(bytes) === plan.runbook.sha256
}

/** The answers that the run was started with, as far as its record holds them. */
function recordedAnswers({ facts }: RunRecord): Answers | null {
  const settings = facts.findLast((fact) => fact.type === 'run-started' || fact.type === 'run-resumed')
  const said = settings !== undefined && 'settings' in settings ? settings.settings.answers : null
  if (said === null || typeof said !== 'object') return null
  const {
    params = {},
    steps = {},
    'on-failure': onFailure = {},
  } = said as Readonly<Record<string, Readonly<Record<string, Json>>>>
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  return { file: 'answers of the record', params, steps, onFailure: onFailure as Answers['onFailure'], placeOf: () => place }
}

/** Whoever opens a run that ended without its row writes the row. */
export async function lateRow(record: RunRecord, { root, runs, project }: Place): Promise<void> {
  if (record.live || record.firstBad !== null || !isOurs(record, { root, runs })) return
  const origin = { ...record.origin, locks: locksFolder(root, runs).folder }
  await writeLateRow(
    { ...record, origin },
    { runs, timelines: project.history.timelines, secrets: keepSecrets([], project.policy.redact) },
  )
}

/** A record that came with a checkout, or that somebody else wrote, has nothing written on its word: not outside of that checkout. */
function isOurs({ folder, origin }: RunRecord, { root, runs }: Pick<Place, 'root' | 'runs'>): boolean {
  if (process.getuid !== undefined && statSync(folder).uid !== process.getuid()) return false
  const isInside = (path: string): boolean => `${realPath(path)}${sep}`.startsWith(`${realPath(root)}${sep}`)
  return !isInside(runs) || isInside(origin.file)
}
