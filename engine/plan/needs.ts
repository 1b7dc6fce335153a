import type { PlanEntry } from '../model/plan.ts'

/** Why an entry needs a person; none of them where the machine can do it alone. */
export type Need =
  | 'by hand'
  | 'text to judge'
  | 'box'
  | 'value'
  | 'ask'
  | 'approval'
  | 'interactive'
  | 'confirm'
  | 'irreversible'
  | 'edit'
  | 'drill'

/** What of an entry nobody can do unattended without an answer or an allowance. */
export function needsOf(entry: PlanEntry): Need[] {
  if (entry.treatment === 'simulate' || entry.treatment === 'skip') return []
  switch (entry.type) {
    case 'manual':
      return ['by hand']
    case 'box':
      return ['box']
    case 'judge':
      return ['text to judge']
    case 'record':
      return ['value']
    case 'approval':
      return ['approval']
    case 'decision': {
      const asks = entry.by === 'person' || entry.rows.some(({ target }) => target.type === 'ask')
      return [
        ...(asks ? (['ask'] as const) : []),
        ...(entry.rows.some(({ target }) => target.type === 'approve') ? (['approval'] as const) : []),
      ]
    }
    case 'undo-by-hand':
      return []
    case 'check':
    case 'command':
    case 'wait':
    case 'validate':
    case 'rollback':
    case 'on-failure':
    case 'guard':
    case 'notify':
    case 'cleanup':
      return needsOfBlock(entry)
  }
}

function needsOfBlock({ flags, confirm, needsEdit, treatment }: PlanEntry): Need[] {
  return [
    ...(needsEdit === null ? [] : (['edit'] as const)),
    ...(flags.interactive ? (['interactive'] as const) : []),
    ...(confirm.type === 'typed' ? (['confirm'] as const) : []),
    ...(flags.irreversible ? (['irreversible'] as const) : []),
    ...(treatment === 'by-hand' || treatment === 'sign' ? (['drill'] as const) : []),
  ]
}

/** Ids of what unattended cannot do by itself. */
export function needsPersonOf(entries: readonly PlanEntry[]): string[] {
  return entries.filter((entry) => needsOf(entry).length > 0).map(({ id }) => id)
}
