/* The approver's side: shows what is signed, asks for the word, and makes the line. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fold } from '../language/fold.ts'
import { type Approval, signedText } from '../local/approval-line.ts'
import { keysFor, isKnownEnough } from '../local/approval-policy.ts'
import { type ApprovalRequest, bindingOf } from '../local/approval-request.ts'
import { signText } from '../process/ssh-keygen.ts'
import { approverScreen } from '../terminal/approver-screen.ts'
import { EXIT, Exit } from './exit.ts'
import type { Given } from './flags.ts'
import { operatorOf } from './operator.ts'
import { complain } from './output.ts'
import type { Place } from './place.ts'
import { tellProblems, usageProblem } from './problems-out.ts'

/** Exit 2 with a sentence: the approval cannot be given. */
export function refuseApproval(reason: string, place: Place, actual = ''): never {
  tellProblems([usageProblem({ rule: 'not-accepted', reason, actual })], place)
  throw new Exit(EXIT.usage)
}

/** Shows the request, asks, and gives the approval; null when it is declined. */
export async function askApprover(request: ApprovalRequest, given: Given, place: Place): Promise<Approval | null> {
  const { people, cli } = place.words
  const by = operatorOf(given, 'attended', place.root).name
  if (request.operators.some((name) => fold(name) === fold(by)))
    refuseApproval(cli.approveNot(people.refused.operator()), place, by)
  if (given.role !== undefined && fold(given.role) !== fold(request.role))
    refuseApproval(cli.approveNot(people.refused['other-role'](request.role)), place, given.role)
  const key = keyFor(request, given, place)
  if (key === null && request.needs === 'signed') refuseApproval(people.noKey, place)
  const width = Math.min(80, process.stderr.columns || 80)
  complain(approverScreen({ words: place.words, width, ascii: false }, request, localTime).join('\n'))
  process.stderr.write(people.type)
  const said = (await readLine()).trim()
  if (process.stdin.isTTY !== true) complain('')
  if (said !== 'approve') {
    complain(people.declined)
    return null
  }
  const { run, step, role, plan } = request
  const at = new Date().toISOString()
  const approval: Approval = { binding: bindingOf(request), run, step, role, plan, by, at }
  if (key === null) return approval
  const signed = await signText(signedText(approval), key)
  if (!signed.ok) refuseApproval(people.notSigned(signed.reason), place)
  return { ...approval, signature: signed.signature }
}

/** The key to sign with: the named one; where a signature is needed, one of the account's own, of those that the policy here lists if it lists any. */
function keyFor(request: ApprovalRequest, given: Given, { project }: Place): string | null {
  if (given.key !== undefined) return given.key
  if (!isKnownEnough(request.needs, 'signed')) return null
  const listed = keysFor(project.policy, request.role).map(({ key }) => key)
  const own = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk']
    .map((name) => join(homedir(), '.ssh', name))
    .filter((file) => existsSync(file))
  const isListed = (file: string): boolean => {
    try {
      return listed.includes(readFileSync(`${file}.pub`, 'utf8').trim().split(/\s+/).slice(0, 2).join(' '))
    } catch {
      return false
    }
  }
  return own.find(isListed) ?? own[0] ?? null
}

/** A time as the person here reads it, with its zone. */
function localTime(at: string): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
}

/** One line of what is typed or piped; empty at the end of the input. */
function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => resolve(''))
  })
}
