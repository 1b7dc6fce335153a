/* What an approver gives back: one line, and what it says. */
import { canonical } from '../language/canonical.ts'
import { visibleLine } from '../language/control.ts'
import type { Hash } from '../model/fact.ts'
import { packed, unpacked } from './approval-request.ts'

/** What an APPROVED line says. */
export interface Approval {
  /** What it is bound to. */
  readonly binding: Hash
  readonly run: string | null
  readonly step: string
  readonly role: string
  readonly plan: Hash
  readonly by: string
  readonly at: string
  /** An OpenSSH signature's base64, over everything else. */
  readonly signature?: string
}

/** What is signed. */
export function signedText(approval: Approval): string {
  return canonical({ ...approval, signature: undefined })
}

/** One line to be pasted: what people read, then all of it. */
export function approvalLine(approval: Approval): string {
  return `${readable(approval)}: ${packed(canonical(approval))}`
}

function readable({ run, plan, step, role, by, signature }: Approval): string {
  const how = signature === undefined ? 'declared' : 'signed'
  return visibleLine(`APPROVED ${run ?? plan.slice(0, 12)}/${step} as ${role} by ${by} (${how})`).replace(/\s+/g, ' ')
}

/** The approvals in a text, one a line, wherever mail has broken it; null for a line that is altered. */
export function parseApprovals(text: string): readonly (Approval | null)[] {
  return text
    .split(/^(?=\s*APPROVED\s)/m)
    .map((part) => part.trim())
    .filter((part) => part.startsWith('APPROVED'))
    .map(parseOne)
}

function parseOne(line: string): Approval | null {
  const at = line.lastIndexOf(': ')
  const text = at < 0 ? null : unpacked(line.slice(at + 2).replace(/\s+/g, ''))
  if (text === null) return null
  try {
    const approval = JSON.parse(text) as Approval
    const fields = [approval.binding, approval.step, approval.role, approval.plan, approval.by, approval.at]
    if (fields.some((field) => typeof field !== 'string')) return null
    return readable(approval) === line.slice(0, at).replace(/\s+/g, ' ') ? approval : null
  } catch {
    return null
  }
}
