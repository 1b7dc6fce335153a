import type { PlanEntry, Plan } from '../model/plan.ts'
import type { Look } from './look.ts'
import { entryOf, partOf } from './step-place.ts'

/** How a change is undone, one text a way; empty for what only reads. */
export function undoTexts(look: Look, plan: Plan, entry: PlanEntry): string[] {
  const { screen } = look.words
  if (entry.effect === 'reads' || ['rollback', 'undo-by-hand', 'cleanup'].includes(entry.type)) return []
  if (entry.flags.irreversible) return []
  if (entry.undoNone) return [screen.undoNone(reasonOf(partOf(plan, entry.part)?.rollback ?? ''))]
  const ways = entry.undo.flatMap((id) => {
    const undo = entryOf(plan, id)
    if (undo === null) return []
    return [undo.type === 'undo-by-hand' ? screen.undoByHand(oneLine(undo.text)) : shortScript(undo)]
  })
  if (ways.length > 0) return ways
  return [entry.undoSelf ? screen.undoSelf : screen.undoMissing]
}

/** A script in one line: its first one, and that there is more. A typed step says what it does. */
export function shortScript(entry: PlanEntry): string {
  if (entry.use !== null) return entry.title
  const lines = entry.text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  return `${(lines[0] ?? entry.title).trim()}${lines.length > 1 ? ' …' : ''}`
}

/** Markdown words in one line, without quote marks and emphasis. */
export function oneLine(text: string): string {
  return text
    .replace(/^>\s*(\[![A-Z]+\])?/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|`/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The reason after `none,` / `aucun,`. */
const reasonOf = (text: string): string =>
  oneLine(text)
    .replace(/^(none|aucune?)\s*[,:;.]?\s*/i, '')
    .replace(/\.$/, '')
