import { resolve } from 'node:path'
import type { Face } from '../local/face.ts'
import { type Interrupts, openInterrupts } from '../local/interrupts.ts'
import { type Origin, realPath } from '../local/record.ts'
import { locksFolder } from '../local/run-lock.ts'
import { keepSecrets, type SecretsOf } from '../local/secrets-of.ts'
import type { SittingEnd } from '../local/sitting.ts'
import { type Ran, startRun } from '../local/start-run.ts'
import type { Plan } from '../model/plan.ts'
import type { Terminal } from '../terminal/attended.ts'
import { simulatedText } from '../terminal/overview-screen.ts'
import { EXIT } from './exit.ts'
import { watchAbort } from './abort-watch.ts'
import { attendedFace, isTerminal, unattendedFace, withFactLines } from './faces.ts'
import type { Given } from './flags.ts'
import { tellEnd, tellLocked } from './tell-end.ts'
import { explain } from './output.ts'
import { flagsFor, handedTo, isCircle, longer, noChain, noteSuccessor, pathBeside } from './hand-over.ts'
import { approvalsToStart } from './given-approvals.ts'
import { readyPlan, type Ready } from './ready-plan.ts'
import type { RunKind } from './run-kind.ts'
import { overviewOf } from './overview.ts'
import { prepare, type Prepared } from './prepare.ts'
import { tellProblems, usageProblem } from './problems-out.ts'
import { startValues, type StartValues, type WantedCapture } from './start-values.ts'
import type { Watch } from './time-box.ts'
import { askTrust } from './trust-ask.ts'
import { toolVersion } from './tool-root.ts'

/** Runs a file from its bytes to its row and gives the exit code. */
export async function runFile(file: string, given: Given, kind: RunKind): Promise<number> {
  const { unattended } = kind
  if (!unattended && !isTerminal()) {
    const { words } = await prepare(file, given, { unattended, trusted: false, noRow: true })
    tellProblems([usageProblem({ rule: 'no-terminal', reason: words.cli.noTerminal })], { json: given.json === true, words })
    return EXIT.usage
  }
  const interrupts = openInterrupts()
  const kept: { secrets: SecretsOf | null } = { secrets: null }
  let terminal: Terminal | null = null
  try {
    const trusted = given.trust === true || (unattended && kind.isSaid !== false)
    const wanted = { unattended, trusted, noRow: !kind.writesRow, ...(kind.chain === undefined ? {} : { chain: kind.chain }) }
    let prepared = await prepare(file, given, wanted)
    if (!unattended) terminal = attendedFace(given, { lang: prepared.lang, interrupts, secretsOf: () => kept.secrets })
    if (terminal !== null && (prepared.steps?.untrusted.length ?? 0) > 0 && (await askTrust(prepared, terminal)))
      prepared = await prepare(file, given, { ...wanted, trusted: true })
    const ready = readyPlan(prepared, given, kind)
    if (ready === null) return EXIT.usage
    const begun = await begin({ ...ready, prepared, given, kind, terminal, interrupts, kept })
    if (typeof begun === 'number') return begun
    const code = tellEnd(begun, { given, terminal, words: prepared.words, lang: prepared.lang })
    terminal?.close()
    interrupts.close()
    return (await handOver(begun, { given, kind, prepared })) ?? code
  } finally {
    terminal?.close()
    interrupts.close()
  }
}

interface Beginning extends Ready {
  readonly prepared: Prepared
  readonly given: Given
  readonly kind: RunKind
  readonly terminal: Terminal | null
  readonly interrupts: Interrupts
  readonly kept: { secrets: SecretsOf | null }
}

/** The last values, the first screen, the run; an exit code where it did not come to a run. */
async function begin(beginning: Beginning): Promise<SittingEnd | number> {
  const { plan, settings, prepared, given, kind, terminal, interrupts, kept } = beginning
  const { words } = prepared
  const json = given.json === true
  const approved = await approvalsToStart(given.approval, { plan, settings, policy: prepared.project.policy, words })
  if (approved.problems.length > 0) {
    tellProblems(approved.problems, { json, words })
    return EXIT.usage
  }
  const locks = locksFolder(prepared.root, prepared.runs)
  const notes = locks.elsewhere ? [words.cli.lockElsewhere(prepared.runs)] : []
  // The first screen is shown before anything is asked or run, a `cmd:` too.
  const isLeft = terminal !== null && (await terminal.overview(plan, await overviewOf(prepared, plan, notes))) === 'leave'
  const values: StartValues = isLeft
    ? { status: 'left' }
    : await startValues(plan, {
        runbook: prepared.runbook,
        root: prepared.root,
        ask: terminal === null ? null : (one) => terminal.value(one),
        known: {},
        captures: capturesOf(prepared, plan, given),
      })
  if (values.status === 'problems') {
    tellProblems(values.problems, { json, words })
    return EXIT.usage
  }
  if (values.status === 'left') {
    explain(words.cli.left)
    return EXIT.stopped
  }
  const simulated = given.quiet === true || given.json === true ? null : simulatedText(plan, words)
  if (terminal === null) for (const note of [...notes, ...(simulated === null ? [] : [simulated])]) explain(`! ${note}`)
  kept.secrets = keepSecrets(values.secrets, prepared.project.policy.redact)
  const face = faceOf(given, terminal, prepared)
  const watches = watchesOf(kind).map((watch) => watch({ face, interrupts, words }))
  const ran = await startRun({
    plan,
    bytes: prepared.bytes,
    origin: originOf(prepared, given, { locks: locks.folder, kind }),
    settings,
    started: values.started,
    notes: beginning.notes,
    ...(kind.onRun === undefined ? {} : { onRun: kind.onRun }),
    approvals: approved.heard,
    takeOver: given.takeOver === true ? (given.reason ?? '') : null,
    toolVersion: toolVersion(),
    random: Math.random,
    face,
    words,
    secrets: kept.secrets,
    stepTypes: prepared.stepTypes,
    policy: prepared.project.policy,
    interrupts,
    callerEnv: { ...process.env },
    runs: prepared.runs,
    timelines: prepared.project.history.timelines,
    notify: prepared.project.notify,
  })
  for (const watch of watches) watch.stop()
  return endOf(ran, prepared, json)
}

const watchesOf = ({ watches = [], abort }: RunKind): readonly Watch[] =>
  abort === undefined ? watches : [...watches, watchAbort(abort)]

/** A sitting's end, or the exit code of a start that was refused by the disk or by a lock. */
function endOf(ran: Ran, { runs, words }: Prepared, json: boolean): SittingEnd | number {
  switch (ran.status) {
    case 'unwritable':
      tellProblems([usageProblem({ rule: 'records', reason: words.cli.unwritable(runs, ran.reason) })], { json, words })
      return EXIT.usage
    case 'locked':
      return tellLocked(ran, { json, words })
    case 'ended':
      return ran.end
  }
}

/** What earlier or simulated steps would have captured: given with `-p`, or still to be asked. */
function capturesOf({ planned }: Prepared, plan: Plan, given: Given): readonly WantedCapture[] {
  const params = new Set(plan.params.map(({ name }) => name))
  const types = new Map(plan.steps.flatMap(({ captures }) => captures.map(({ name, type }) => [name, type] as const)))
  const flags = new Map((given.param ?? []).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]))
  const asked = (planned?.missing ?? []).flatMap(({ id, what }) => (what === 'value' && types.has(id) ? [id] : []))
  const names = new Set([...[...flags.keys()].filter((name) => !params.has(name) && types.has(name)), ...asked])
  return [...names].map((name) => ({ name, type: types.get(name) ?? 'string', text: flags.get(name) ?? null }))
}

/** Where the runbook stands, and the flags that shaped its plan. */
function originOf(
  { path, root }: Prepared,
  given: Given,
  { locks, kind: { writesRow, abort } }: { readonly locks: string; readonly kind: RunKind },
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
  return {
    file: realPath(path),
    root,
    noHistory: given.noHistory === true,
    writesRow,
    locks,
    inputs,
    ...(abort === undefined ? {} : { abort }),
  }
}

/** Who sees the run: a person at a terminal, or lines. */
export function faceOf(given: Given, terminal: Terminal | null, { lang }: Pick<Prepared, 'lang'>): Face {
  if (terminal === null) return unattendedFace(given, lang)
  return given.json === true ? withFactLines(terminal) : terminal
}

/** Starts the runbook that a run handed over to and gives its exit code; null where it handed over to none. */
export async function handOver(
  end: SittingEnd,
  {
    given,
    kind,
    prepared,
  }: { readonly given: Given; readonly kind: RunKind; readonly prepared: Pick<Prepared, 'path' | 'words'> },
): Promise<number | null> {
  const { plan } = end
  const file = handedTo(end)
  if (file === null) return null
  const path = pathBeside(prepared.path, file)
  const chain = longer(kind.chain ?? noChain, prepared.path, plan)
  if (kind.unattended && isCircle(chain, path)) {
    explain(prepared.words.cli.circle(file))
    return EXIT.waiting
  }
  const { runbook } = await prepare(path, flagsFor(given, plan, new Set()), { unattended: false, trusted: false, noRow: true })
  const names = new Set(runbook?.params.map(({ name }) => name.value))
  return runFile(path, flagsFor(given, plan, names), {
    ...kind,
    planOf: (own) => own,
    chain,
    onRun: (next) => noteSuccessor(end, next),
  })
}
