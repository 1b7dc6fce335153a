import { createHash } from 'node:crypto'
import { accepts, type Refusal } from '../machine/accepts.ts'
import { anyRolesOf } from '../machine/approvals.ts'
import type { HowKnown, Message, Stamped, State, Who } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import { signerOf } from '../process/ssh-keygen.ts'
import { type Approval, signedText } from './approval-line.ts'
import { isKnownEnough, keysFor, namesFor, neededHow } from './approval-policy.ts'
import { type ApprovalRequest, bindingOf, requestsBefore, requestsOf } from './approval-request.ts'

/** Why an approval is not taken. */
export type ApprovalRefusal =
  | Refusal
  | 'no-line'
  | 'altered'
  | 'other-run'
  | 'other-values'
  | 'decision-before'
  | 'expired'
  | 'future'
  | 'bad-signature'
  | 'unknown-key'
  | 'no-ssh-keygen'
  | 'not-listed'
  | 'needs-signed'
  | 'needs-account'

/** The account of this machine that brought a line, where the system says so. */
export interface Bringer {
  readonly uid: number
  readonly name: string
}

/** The run, or the plan before one, that an approval is for. */
export interface ApprovedRun {
  readonly plan: Plan
  readonly state: State
  readonly facts: readonly Stamped[]
  readonly runId: string
  readonly policy: Policy
  readonly nowMs: number
  /** The account whose run it is. */
  readonly runUid: number | null
}

export type Checked =
  | { readonly ok: true; readonly message: Message; readonly by: Who }
  | { readonly ok: false; readonly why: ApprovalRefusal; readonly role: string }

/** Clocks of two machines may differ so much. */
const CLOCKS_MS = 300_000

/** Is this approval good for this run now, and how is its name known? */
export async function checkApproval(approval: Approval | null, run: ApprovedRun, bringer: Bringer | null): Promise<Checked> {
  if (approval === null) return { ok: false, why: 'altered', role: '' }
  const { role } = approval
  const refuse = (why: ApprovalRefusal): Checked => ({ ok: false, why, role })
  const { plan, policy } = run
  const request = requestFor(approval, run)
  if (typeof request === 'string') return refuse(request)
  const ageMs = run.nowMs - Date.parse(approval.at)
  if (!(ageMs >= -CLOCKS_MS)) return refuse('future')
  if (ageMs > policy.limits.approvalMs) return refuse('expired')
  const known = await nameOf(approval, run, bringer)
  if (typeof known === 'string') return refuse(known)
  const names = namesFor(policy, role)
  const by: Who = { name: known.name, how: known.how }
  const message: Message = {
    say: 'approve',
    step: approval.step,
    plan: approval.plan,
    statement: request.statement,
    role,
    values: valuesIn(request, run.state),
    forMs: Math.max(0, policy.limits.approvalMs - Math.max(0, ageMs)),
    ...(known.key === null ? {} : { key: known.key }),
  }
  const why = accepts(plan, run.state, message, by) as ApprovalRefusal | null
  if (why !== null) return refuse(why)
  if (names.length > 0 && !names.includes(known.name)) return refuse('not-listed')
  const needed = neededHow(policy, role, plan.production)
  if (!isKnownEnough(known.how, needed)) return refuse(needed === 'signed' ? 'needs-signed' : 'needs-account')
  return { ok: true, message, by }
}

/** What it must have been asked, as this run would ask it now; or why it was not. */
function requestFor(approval: Approval, run: ApprovedRun): ApprovalRequest | ApprovalRefusal {
  const { plan, policy, runId } = run
  if (approval.run !== null && approval.run !== runId) return 'other-run'
  if (approval.plan !== plan.hash) return 'other-plan'
  const entry = plan.steps.find(({ id }) => id === approval.step)
  if (entry === undefined || anyRolesOf(entry).length === 0) return 'not-asked'
  if (!anyRolesOf(entry).some(({ role }) => role === approval.role)) return 'role'
  if (approval.run === null && entry.type === 'decision') return 'decision-before'
  const asked =
    approval.run === null
      ? requestsBefore(plan, approval.step, { policy, asked: approval.at })
      : requestsOf({ ...run, step: approval.step, all: true })
  const request = asked.find(({ role }) => role === approval.role)
  if (request === undefined) return 'not-asked'
  return bindingOf(request) === approval.binding ? request : 'other-values'
}

/** What was measured and signed, as far as the machine can compare it. */
function valuesIn({ values }: ApprovalRequest, { captured }: State): Record<string, string> {
  return Object.fromEntries(
    values.flatMap(({ name, text }) => {
      const now = captured[name]
      return now !== undefined && 'text' in now && now.text === text ? [[name, text]] : []
    }),
  )
}

interface Known {
  readonly name: string
  readonly how: HowKnown
  readonly key: string | null
}

async function nameOf(
  approval: Approval,
  { policy, runUid }: ApprovedRun,
  bringer: Bringer | null,
): Promise<Known | ApprovalRefusal> {
  if (approval.signature === undefined) {
    const isOther = bringer !== null && runUid !== null && bringer.uid !== runUid
    return isOther
      ? { name: bringer.name, how: 'other account', key: null }
      : { name: approval.by.trim(), how: 'declared', key: null }
  }
  const keys = keysFor(policy, approval.role)
  const signer = await signerOf(
    signedText(approval),
    approval.signature,
    keys.map(({ key }) => key),
  )
  switch (signer.status) {
    case 'bad':
      return 'bad-signature'
    case 'unknown':
      return 'unknown-key'
    case 'no-ssh-keygen':
      return 'no-ssh-keygen'
    case 'good': {
      const owner = keys.find(({ key }) => key === signer.key)?.owner ?? ''
      return { name: owner, how: 'signed', key: fingerprintOf(signer.key) }
    }
  }
}

/** As ssh-keygen prints it. */
function fingerprintOf(key: string): string {
  const bytes = Buffer.from(key.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`
}
