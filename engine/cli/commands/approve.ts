import { existsSync, readFileSync, statSync } from 'node:fs'
import { type Approval, approvalLine } from '../../local/approval-line.ts'
import { type ApprovalRequest, decodeRequest, requestsBefore, requestsOf } from '../../local/approval-request.ts'
import { accountOf, ownerUid } from '../../local/bringer.ts'
import { checkApproval } from '../../local/check-approval.ts'
import { post } from '../../local/mailbox.ts'
import type { RunRecord } from '../../local/record.ts'
import { foldOf } from '../../local/resume-run.ts'
import { anyRolesOf } from '../../machine/approvals.ts'
import type { Plan, PlanEntry } from '../../model/plan.ts'
import { askApprover, refuseApproval } from '../approver.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import type { Given } from '../flags.ts'
import { explain, say } from '../output.ts'
import { openPlace, type Place, recordOf } from '../place.ts'
import { planOfHash } from '../plan-of-hash.ts'
import { appendLate } from '../tell-run.ts'

/** `approve REQUEST`, on any machine; `approve RUN STEP` beside the records; `approve HASH STEP` before a run. Never the operator's own. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const [first = '', step] = args
  if (step !== undefined && /^[0-9a-f]{12,64}$/i.test(first)) return beforeRun(first.toLowerCase(), step, given, place)
  const request = requestIn(first, place)
  if (request !== null) return giveLine(request, given, place)
  const [run = '', ofRun, more] = first.split('/')
  if (!/^r-\d{6}-[a-z2-7]{4}$/.test(run) || more !== undefined) refuseApproval(place.words.people.noRequest(first), place, first)
  return besideRecords(recordOf(run, place), step ?? ofRun ?? '', given, place)
}

/** A REQUEST as a word, or in a file. */
function requestIn(word: string, place: Place): ApprovalRequest | null {
  const isFile = existsSync(word) && statSync(word).isFile()
  const request = decodeRequest(isFile ? readFileSync(word, 'utf8') : word)
  if (request === 'altered') refuseApproval(place.words.cli.approveNot(place.words.people.refused.altered()), place, word)
  return request
}

/** Nothing is recorded here: the line goes back to the operator. */
async function giveLine(request: ApprovalRequest, given: Given, place: Place): Promise<number> {
  const { people } = place.words
  const approval = await askApprover(request, given, place)
  if (approval === null) return EXIT.stopped
  const line = approvalLine(approval)
  const { run, step, role, by } = approval
  const how = approval.signature === undefined ? 'declared' : 'signed'
  explain(people.giveBack)
  if (request.needs === 'other account' && how !== 'signed') explain(people.asFile)
  say(place.json ? JSON.stringify({ run, step, role, by, how, approval: line }) : line)
  return EXIT.passed
}

async function beforeRun(hash: string, step: string, given: Given, place: Place): Promise<number> {
  const plan = await planOfHash(hash, given, place)
  if (plan === null) refuseApproval(place.words.people.noPlan(hash), place, hash)
  const entry = entryNamed(plan, step, place)
  if (entry.type === 'decision')
    refuseApproval(place.words.cli.approveNot(place.words.people.refused['decision-before']()), place, step)
  const requests = requestsBefore(plan, entry.id, { policy: place.project.policy, asked: new Date().toISOString() })
  return giveLine(ofRole(requests, given, place), given, place)
}

/** On the machine of the records: shown, asked, and told to the run, or into its record. */
async function besideRecords(record: RunRecord, step: string, given: Given, place: Place): Promise<number> {
  const { plan, facts, runId, folder } = record
  const { cli, people } = place.words
  const { policy } = place.project
  const entry = entryNamed(plan, step, place)
  const state = foldOf(facts)
  const asked = { plan, state, facts, runId, step: entry.id, policy }
  const all = requestsOf({ ...asked, all: true })
  const lacking = requestsOf(asked)
  const requests = given.role === undefined && lacking.length > 0 ? lacking : all
  if (requests.length === 0) refuseApproval(cli.approveNot(people.refused['not-asked']()), place, step)
  const approval: Approval | null = await askApprover(ofRole(requests, given, place), given, place)
  if (approval === null) return EXIT.stopped
  const uid = process.getuid?.()
  const run = { plan, state, facts, runId, policy, nowMs: Date.now(), runUid: ownerUid(folder) }
  const checked = await checkApproval(approval, run, uid === undefined ? null : accountOf(uid))
  if (!checked.ok) refuseApproval(cli.approveNot(people.refused[checked.why](checked.role)), place, runId)
  if (!record.live) return appendLate(record, checked.message, { by: checked.by, place })
  post(folder, { approval: approvalLine(approval) })
  say(place.json ? JSON.stringify({ run: runId, told: 'approve' }) : cli.posted(runId))
  return EXIT.passed
}

/** The entry that asks for an approval, by its id, its step's id or its number; without one, the only one. */
function entryNamed(plan: Plan, step: string, place: Place): PlanEntry {
  const asked = plan.steps.filter((entry) => anyRolesOf(entry).length > 0)
  const numbers = new Map(plan.parts.map(({ id, number }) => [id, number]))
  const entry =
    asked.find(({ id }) => id === step) ??
    asked.find(({ part }) => part === step || numbers.get(part) === step) ??
    asked.find(({ part }) => plan.steps.some((other) => other.id === step && other.part === part)) ??
    (step === '' && asked.length === 1 ? asked[0] : undefined)
  return entry ?? refuseApproval(place.words.cli.noApproval(step), place, step)
}

/** One REQUEST a role: the named one, or the only one. */
function ofRole(requests: readonly ApprovalRequest[], { role }: Given, place: Place): ApprovalRequest {
  const { people, cli } = place.words
  const roles = requests.map((request) => request.role).join(', ')
  const found = role === undefined ? (requests.length === 1 ? requests[0] : undefined) : requests.find((one) => one.role === role)
  if (found !== undefined) return found
  return refuseApproval(role === undefined ? people.whichRole(roles) : cli.approveNot(people.refused.role(role)), place, role)
}
