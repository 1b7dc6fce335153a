import { parseDocument } from 'yaml'
import { z } from 'zod'

const DAYS: Readonly<Record<string, number>> = { d: 1, day: 1, w: 7, week: 7 }

/** Days of `7_days`, `90d`, `2 weeks`, `P7D`; null for anything else. */
export function parseDays(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,4})[_ ]?(days?|weeks?|d|w)$/i.exec(text) ?? /^P(\d{1,4})([DW])$/.exec(text) ?? []
  const days = DAYS[unit.toLowerCase().replace(/^(day|week)s$/, '$1')]
  return count === undefined || days === undefined ? null : Number(count) * days
}

const rule = z.strictObject({
  delay: z
    .string()
    .refine((text) => parseDays(text) !== null, 'Invalid input: expected a delay such as 7_days')
    .describe('Days after the release: `7_days`, `P30D`.'),
  approval: z.string().min(1).describe('Who must agree.'),
  rollout: z.string().min(1).describe('When it may be done: `immediate_after_validation`, or the name of a window.'),
  prerequisites: z.array(z.string().min(1)).default([]).describe('What must have been done, each by a run that passed.'),
})

/** What a kind of release must wait for. */
export type Rule = z.infer<typeof rule>

/** Kinds of releases and their rules. */
export const upgradePolicy = z.record(z.string().min(1), rule)

export type UpgradePolicy = z.infer<typeof upgradePolicy>

const file = z.strictObject({ upgrade_policy: upgradePolicy })

export type Read = { readonly ok: true; readonly policy: UpgradePolicy } | { readonly ok: false; readonly reason: string }

/** Reads a policy file. */
export function readPolicy(text: string): Read {
  const document = parseDocument(text, { uniqueKeys: true })
  const [error] = document.errors
  if (error !== undefined) return { ok: false, reason: error.message.split('\n')[0] ?? 'it is no YAML' }
  const parsed = file.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (parsed.success) return { ok: true, policy: parsed.data.upgrade_policy }
  const [issue] = parsed.error.issues
  return { ok: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` }
}
