import type { PlanEntry } from '../model/plan.ts'

/** Ties the entries of one step together: what proves, guards, diagnoses and undoes what. */
export function linked(entries: readonly PlanEntry[], none: boolean): PlanEntry[] {
  const guards = entries.filter(({ type }) => type === 'guard').map(({ id }) => id)
  const diagnose = entries.filter(({ type }) => type === 'on-failure').map(({ id }) => id)
  const undo = undoOf(entries)
  let last: string | null = null
  return entries.map((entry) => {
    const isSubject = entry.type === 'command' || entry.type === 'manual'
    const proves = ['validate', 'wait', 'judge'].includes(entry.type) ? last : null
    if (isSubject) last = entry.id
    const own = undo.get(entry.id) ?? []
    return {
      ...entry,
      proves,
      guards: entry.type === 'command' ? guards : [],
      diagnose: entry.type === 'on-failure' ? [] : diagnose,
      undo: own,
      undoNone: isSubject && none && own.length === 0,
      undoSelf: entry.undoSelf && own.length === 0 && !none,
    }
  })
}

/** A rollback undoes the commands between the one above it and itself; with none above, those of its whole step. */
function undoOf(entries: readonly PlanEntry[]): Map<string, readonly string[]> {
  const undo = new Map<string, string[]>()
  const early: string[] = []
  let open: string[] = []
  let isFollowed = false
  for (const { id, type } of entries) {
    if (type === 'command' || type === 'manual') {
      if (isFollowed) open = []
      isFollowed = false
      open.push(id)
    }
    if (type !== 'rollback' && type !== 'undo-by-hand') continue
    isFollowed = true
    if (open.length === 0) early.push(id)
    for (const one of open) undo.set(one, [...(undo.get(one) ?? []), id])
  }
  for (const { id, type } of entries)
    if (early.length > 0 && (type === 'command' || type === 'manual') && !undo.has(id)) undo.set(id, [...early])
  return undo
}
