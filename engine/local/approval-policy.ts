import { ownerOf, parsePublicKey } from '../language/public-key.ts'
import type { HowKnown } from '../model/fact.ts'
import type { Policy } from '../model/policy.ts'

const STRENGTH: Readonly<Record<HowKnown, number>> = { declared: 0, 'other account': 1, signed: 2 }

/** How the name of who approves as a role must be known: as the policy says, else signed where it lists keys; in production a declared name is not enough. */
export function neededHow({ approvers }: Policy, role: string, production: boolean): HowKnown {
  const entry = Object.hasOwn(approvers, role) ? approvers[role] : undefined
  return entry?.how ?? ((entry?.keys.length ?? 0) > 0 ? 'signed' : production ? 'other account' : 'declared')
}

/** Is a name known well enough? */
export function isKnownEnough(how: HowKnown, needed: HowKnown): boolean {
  return STRENGTH[how] >= STRENGTH[needed]
}

/** The names that may approve as a role; empty: anybody else than the operators. */
export function namesFor({ approvers }: Policy, role: string): readonly string[] {
  return Object.hasOwn(approvers, role) ? (approvers[role]?.names ?? []) : []
}

/** The keys that a role is signed with, and whose they are. */
export function keysFor(policy: Policy, role: string): readonly { readonly owner: string; readonly key: string }[] {
  const entry = Object.hasOwn(policy.approvers, role) ? policy.approvers[role] : undefined
  return (entry?.keys ?? []).flatMap((text) => {
    const parsed = parsePublicKey(text)
    const owner = parsed === null ? null : ownerOf(parsed, entry?.names ?? [])
    return parsed === null || owner === null ? [] : [{ owner, key: parsed.key }]
  })
}
