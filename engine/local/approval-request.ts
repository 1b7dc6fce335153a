/* What an approver is asked to sign, made from a run; and the text that carries it to any machine. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { sha256 } from '../journal/chain.ts'
import { canonical } from '../language/canonical.ts'
import { entryTitle } from '../language/entry-title.ts'
import { substitute } from '../language/substitute.ts'
import { anyRolesOf, lackingRoles, rolesOf } from '../machine/approvals.ts'
import { contextOf, valuesIn } from '../machine/context.ts'
import { rowOf } from '../machine/decision.ts'
import { partsOf } from '../machine/keys.ts'
import type { BlockId, Hash, HowKnown, Stamped, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import { neededHow } from './approval-policy.ts'

/** What one role is asked to sign. */
export interface ApprovalRequest {
  /** Null: before any run. */
  readonly run: string | null
  readonly step: BlockId
  readonly round: number
  readonly role: string
  readonly statement: string
  /** As they were measured; `at` is when, where it is known. */
  readonly values: readonly { readonly name: string; readonly text: string; readonly at: string | null }[]
  readonly plan: Hash
  readonly runbook: string
  readonly environment: string
  readonly operators: readonly string[]
  /** When it was asked. */
  readonly asked: string
  /** How the approver's name must be known. */
  readonly needs: HowKnown
}

/** A value longer than this is signed by its hash. */
const LONGEST_VALUE = 160

/** What a run that waits at a step asks for, one request a role; `all`: of roles that have approved too. */
export function requestsOf(given: {
  readonly plan: Plan
  readonly state: State
  readonly facts: readonly Stamped[]
  readonly runId: string
  readonly step: BlockId
  readonly policy: Policy
  readonly all?: boolean
}): readonly ApprovalRequest[] {
  const { plan, state, facts, runId, step, policy, all = false } = given
  const entry = plan.steps.find(({ id }) => id === step)
  const open = Object.values(state.open).find((one) => one.type === 'question' && one.step === step && one.about === 'approval')
  if (entry === undefined) return []
  const context = contextOf(plan, state, open?.key == null ? null : partsOf(open.key).item)
  const row = rowOf(context, entry)
  const roles = rolesOf(entry, row)
  const known = valuesIn(context)
  const measured = [...new Set([...entry.reads, ...Object.keys(state.captured)])].flatMap((name) => {
    const value = known[name]
    return value === undefined || 'ref' in value ? [] : [{ name, text: shortened(value.text), at: measuredAt(facts, name) }]
  })
  const asked = facts.findLast((fact) => fact.type === 'asked' && fact.step === step)?.at ?? facts.at(-1)?.at ?? ''
  return [...new Set((all ? roles : lackingRoles(state, step, roles)).map(({ role }) => role))].map((role) => ({
    run: runId,
    step,
    round: state.round,
    role,
    statement: statementOf(plan, entry, row, known),
    values: measured,
    plan: plan.hash,
    runbook: plan.runbook.title,
    environment: plan.environment,
    operators: state.operators,
    asked,
    needs: neededHow(policy, role, plan.production),
  }))
}

/** What can be signed before a run: nothing has been measured yet, so no decision can be. */
export function requestsBefore(
  plan: Plan,
  step: BlockId,
  { policy, asked }: { readonly policy: Policy; readonly asked: string },
) {
  const entry = plan.steps.find(({ id }) => id === step)
  if (entry?.approve == null) return []
  return [...new Set(anyRolesOf(entry).map(({ role }) => role))].map((role): ApprovalRequest => ({
    run: null,
    step,
    round: 1,
    role,
    statement: plainText(entry.approve?.statement ?? ''),
    values: [],
    plan: plan.hash,
    runbook: plan.runbook.title,
    environment: plan.environment,
    operators: [],
    asked,
    needs: neededHow(policy, role, plan.production),
  }))
}

function statementOf(plan: Plan, entry: PlanEntry, row: number | null, known: ReturnType<typeof valuesIn>): string {
  const when = row === null ? null : (entry.rows[row]?.when ?? null)
  const written = entry.approve?.statement ?? [entryTitle(plan, entry), when === null ? '' : `(${when})`].join(' ').trim()
  const said = substitute(written, known)
  return plainText(said.ok && typeof said.json === 'string' ? said.json : written)
}

/** A quote is what is said, without its marks. */
const plainText = (text: string): string => text.replace(/^ *> ?/gm, '').trim()

const shortened = (text: string): string =>
  text.length <= LONGEST_VALUE ? text : `${text.slice(0, 80)}… (sha256 ${sha256(text).slice(0, 16)})`

function measuredAt(facts: readonly Stamped[], name: string): string | null {
  const fact = facts.findLast(
    (one) => one.type === 'step-ended' && one.outcome.captured !== undefined && Object.hasOwn(one.outcome.captured, name),
  )
  return fact?.at ?? null
}

/** What an approval is bound to: run, step, role, plan, statement and measured values; not when or by whom it was asked. */
export function bindingOf({ run, step, round, role, plan, environment, statement, values }: ApprovalRequest): Hash {
  const pairs = values.map(({ name, text }) => [name, text])
  return sha256(canonical({ run, step, round, role, plan, environment, statement, values: pairs }))
}

/** One word to be pasted: what people read first, then all of it. */
export function encodeRequest(request: ApprovalRequest): string {
  const text = canonical(request)
  return `${request.run ?? request.plan.slice(0, 12)}/${request.step}/${sha256(text).slice(0, 12)}.${packed(text)}`
}

/** What a REQUEST asks for; `altered` where it does not say what it said when it was made, null where it is none. */
export function decodeRequest(word: string): ApprovalRequest | 'altered' | null {
  const [, run, step, hash, body] = /^([^/\s]+)\/([^/\s]+)\/([0-9a-f]{12})\.([\w-]+)$/.exec(word.replace(/\s+/g, '')) ?? []
  if (body === undefined) return null
  const text = unpacked(body)
  if (text === null || sha256(text).slice(0, 12) !== hash) return 'altered'
  const request = JSON.parse(text) as ApprovalRequest
  return request.step === step && (request.run ?? request.plan.slice(0, 12)) === run ? request : 'altered'
}

/** A text as one word of letters, digits, `-` and `_`. */
export function packed(text: string): string {
  return deflateRawSync(Buffer.from(text), { level: 9 }).toString('base64url')
}

/** Nobody's REQUEST is longer. */
const LONGEST = 1 << 20

/** What `packed` was given; null for anything else. */
export function unpacked(word: string): string | null {
  try {
    return inflateRawSync(Buffer.from(word, 'base64url'), { maxOutputLength: LONGEST }).toString('utf8')
  } catch {
    return null
  }
}
