import { checkValue, parseType } from '../language/type.ts'
import type { Plan, PlanParam } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import type { Value, Values } from '../model/value.ts'
import { shortSecret } from '../plan/short-secret.ts'
import { runCommand } from '../process/run-command.ts'
import { redactorOf } from '../secrets/redactor.ts'
import { resolveReference, resolveSecret, type Resolved } from '../secrets/resolve.ts'
import { usageProblem } from './problems-out.ts'

export interface Secret {
  readonly name: string
  readonly ref: string
  readonly value: string
}

/** What became known at the start, or all that could not be found; `left`: the person went away. */
export type StartValues =
  | { readonly status: 'known'; readonly started: Values; readonly secrets: readonly Secret[] }
  | { readonly status: 'problems'; readonly problems: readonly Problem[] }
  | { readonly status: 'left' }

/** What an earlier step, or a simulated one, would have captured; without a text it is asked for. */
export interface WantedCapture {
  readonly name: string
  readonly type: string
  readonly text: string | null
}

/** Asks a person for a value; null: they leave. */
export type AskValue = (given: {
  readonly label: string
  readonly hidden: boolean
  readonly check: (text: string) => string | null
}) => Promise<string | null>

/** Gets every value that is known only at the start: secrets, `cmd:`, `ask`. Nothing has run when one of them is missing. */
export async function startValues(
  plan: Plan,
  given: {
    readonly runbook: Runbook | null
    readonly root: string
    readonly ask: AskValue | null
    /** Of an earlier sitting: they are not found again. */
    readonly known: Values
    readonly captures?: readonly WantedCapture[]
  },
): Promise<StartValues> {
  const problems: Problem[] = []
  const started: Record<string, Value> = { ...given.known }
  const secrets: Secret[] = []
  for (const param of plan.params) {
    if (param.ref === null || (!param.secret && (param.value !== null || Object.hasOwn(started, param.name)))) continue
    const found = await find(param, plan, given)
    if (found === null) return { status: 'left' }
    if (!found.ok) problems.push(problemOf(param, found, plan, given.runbook))
    else if (param.secret) secrets.push({ name: param.name, ref: param.ref, value: found.value })
    else started[param.name] = { type: param.type.replace(/\(.*/s, ''), text: found.value }
  }
  const redact = (text: string): string => redactorOf(secrets, []).text(text)
  for (const capture of given.captures ?? []) {
    const text = capture.text ?? (await askCapture(capture, given.ask))
    if (text === null) return { status: 'left' }
    const why = checkCapture(capture.type, text)
    started[capture.name] = { type: capture.type, text }
    if (why !== null) problems.push(usageProblem({ rule: 'param-value', reason: redact(`${capture.name}: ${why}`) }))
  }
  problems.push(...secretsGiven(plan, started, secrets))
  return problems.length > 0 ? { status: 'problems', problems } : { status: 'known', started, secrets }
}

/** A secret that was given to what is no secret would be written down with it: it is refused, without its value. */
function secretsGiven(plan: Plan, started: Values, secrets: readonly Secret[]): Problem[] {
  const known: Values = {
    ...Object.fromEntries(
      plan.params.flatMap(({ name, type, value, secret }) => (secret || value === null ? [] : [[name, { type, text: value }]])),
    ),
    ...started,
  }
  return secrets.flatMap((secret) => {
    const redactor = redactorOf([secret], [])
    return Object.entries(known).flatMap(([name, value]) => {
      if ('ref' in value || !redactor.contains(value.text)) return []
      const reason = `Unexpected value of ${name}: it holds the secret ${secret.name}, expected a parameter of type secret`
      return [usageProblem({ rule: 'secret-value', file: plan.runbook.file, reason })]
    })
  })
}

async function askCapture({ name, type }: WantedCapture, ask: AskValue | null): Promise<string | null> {
  return ask === null ? '' : ask({ label: `${name} (${type})`, hidden: false, check: (text) => checkCapture(type, text) })
}

function checkCapture(type: string, text: string): string | null {
  if (text === '') return 'it is empty'
  const parsed = parseType(type)
  const checked = parsed.ok ? checkValue(parsed.type, text) : ({ ok: true } as const)
  return checked.ok ? null : `unexpected "${text}", expected ${checked.expected}`
}

async function find(
  param: PlanParam,
  plan: Plan,
  { root, ask }: { readonly root: string; readonly ask: AskValue | null },
): Promise<Resolved | null> {
  const check = (text: string): string | null => checkText(param, plan, text)
  if (param.from === 'ask') {
    if (ask === null) return { ok: false, reason: 'nobody is there to be asked' }
    const label = `${param.name}${param.description === '' ? '' : `, ${param.description}`} (${param.type})`
    const text = await ask({ label, hidden: param.secret, check })
    return text === null ? null : { ok: true, value: text }
  }
  const world = {
    root,
    env: (name: string) => process.env[name],
    runCommand: (command: string) => runCommand(command, { cwd: root }),
  }
  const resolved = await (param.secret ? resolveSecret : resolveReference)(param.ref ?? '', world)
  if (!resolved.ok) return resolved
  const why = check(resolved.value)
  return why === null ? resolved : { ok: false, reason: why }
}

/** Why a value does not fit its type, or null. A secret's is never repeated. */
function checkText({ type, secret, choices }: PlanParam, _plan: Plan, text: string): string | null {
  if (text.includes('\0')) return 'it holds a NUL character'
  if (secret) return text.length < 6 ? 'it is shorter than 6 characters' : null
  if (text === '') return 'it is empty'
  if (choices !== null) return choices.includes(text) ? null : `unexpected "${text}", expected ${choices.join(', ')}`
  const parsed = parseType(type)
  const checked = parsed.ok ? checkValue(parsed.type, text) : ({ ok: true } as const)
  return checked.ok ? null : `unexpected "${text}", expected ${checked.expected}`
}

function problemOf(
  { name, origin, ref }: PlanParam,
  { reason, isShort }: Resolved & { readonly ok: false },
  plan: Plan,
  runbook: Runbook | null,
): Problem {
  const declared = runbook?.params.find((one) => one.name.value === name)
  const problem = usageProblem({
    rule: 'param-missing',
    file: plan.runbook.file,
    reason: isShort === true ? shortSecret({ name, ref }) : `${name} has no value (${origin}): ${reason}`,
  })
  return declared === undefined ? problem : { ...problem, place: declared.default.place }
}
