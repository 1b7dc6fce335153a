import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJournal } from '../journal/read.ts'
import type { BlockId, Message, State, Who } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import { parseApprovals } from './approval-line.ts'
import { encodeRequest, requestsOf } from './approval-request.ts'
import { ownerUid } from './bringer.ts'
import { type ApprovalRefusal, type Bringer, checkApproval } from './check-approval.ts'

/** Why an approval was not taken, and of which role. */
export interface NotTaken {
  readonly why: ApprovalRefusal
  readonly role: string
}

/** The approvals of one sitting: what is asked for, and what comes in. */
export interface Approvals {
  /** The REQUESTs of a step that waits; each is kept in the run's folder as well. */
  requests(step: BlockId): readonly string[]
  /** Checks the lines of a text and tells the run those that are good; the first reason of those that are not. */
  take(text: string, bringer: Bringer | null): Promise<NotTaken | null>
}

/** Opens the desk where approvals of a run are asked for and taken in. */
export function openApprovals(given: {
  readonly folder: string
  readonly runId: string
  readonly plan: Plan
  readonly policy: Policy
  readonly now: () => Date
  readonly stateOf: () => State
  /** Resolves when the run has obeyed. */
  readonly tell: (message: Message, by: Who) => Promise<void>
}): Approvals {
  const { folder, runId, plan, policy, now, stateOf, tell } = given
  return {
    requests: (step) => keptRequests({ ...given, state: stateOf(), step }),
    async take(text, bringer) {
      const lines = parseApprovals(text)
      if (lines.length === 0) return { why: 'no-line', role: '' }
      let first: NotTaken | null = null
      for (const line of lines) {
        const run = {
          plan,
          state: stateOf(),
          facts: readJournal(folder).facts,
          runId,
          policy,
          nowMs: now().getTime(),
          runUid: ownerUid(folder),
        }
        const checked = await checkApproval(line, run, bringer)
        if (checked.ok) await tell(checked.message, checked.by)
        else first ??= { why: checked.why, role: checked.role }
      }
      return first
    },
  }
}

/** The REQUESTs of a step, one a role that has not approved yet, kept as files beside the journal for whoever sends files. */
export function keptRequests(given: {
  readonly folder: string
  readonly runId: string
  readonly plan: Plan
  readonly policy: Policy
  readonly state: State
  readonly step: BlockId
}): readonly string[] {
  const { facts } = readJournal(given.folder)
  return requestsOf({ ...given, facts }).map((request, index) => {
    const word = encodeRequest(request)
    const name = `approval-${request.step}${index === 0 ? '' : `-${index + 1}`}.request`.replaceAll(/[^\w.-]/g, '_')
    try {
      writeFileSync(join(given.folder, name), `${word}\n`, { mode: 0o600 })
    } catch {
      // The screen shows it all the same.
    }
    return word
  })
}
