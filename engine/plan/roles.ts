import type { PlanEntry, Role } from '../model/plan.ts'
import type { Label } from '../model/runbook.ts'
import type { Making } from './making.ts'

/** Who approves a step, and what they sign. */
export function approveOf({ request: { reader } }: Making, label: Label, title: string): PlanEntry['approve'] {
  const [line = ''] = label.text.split('\n')
  const inCode = [...line.matchAll(/(?:(\d+)\s*[×x*]\s*)?`(?:(\d+)\s*[×x*]\s*)?([^`]+)`/g)]
  const roles: readonly Role[] =
    inCode.length > 0
      ? inCode.map(([, before, inside, role = '']) => ({ role: role.trim(), count: Number(before ?? inside ?? 1) }))
      : reader.readRoles(line)
  const statement = label.after.trim()
  return { roles, statement: statement === '' ? title : statement }
}
