import type { State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Look } from './look.ts'
import { blockIn, entryOf, itemIn, longName, shortName } from './step-place.ts'
import { oneLine, shortScript } from './undo-text.ts'

type Effect = State['effects'][number]

/** What has been changed so far, newest first: `5 Stop MirrorMaker 2`, `4 Fence the primary (by hand)`, `6: effect unknown`. */
export function changedTexts(look: Look, plan: Plan, state: State): string[] {
  const said = state.effects.toReversed().map((effect) => {
    const step = blockIn(effect.key)
    const entry = state.entries[effect.key]
    if (effect.undo !== 'due') return `${longName(plan, step, effect.key)} (${look.words.screen.effects[effect.undo]})`
    if (entry?.status === 'by-hand') return look.words.screen.byHandIn(longName(plan, step, effect.key))
    const isSure = entry !== undefined && (entry.status === 'done' || entry.status === 'confirmed')
    return isSure ? longName(plan, step, effect.key) : look.words.screen.effectUnknown(shortName(plan, step, effect.key))
  })
  return apart(said, state.effects.toReversed())
}

/** Two blocks of one step have its name: there the block says which it is. */
function apart(said: readonly string[], effects: readonly Effect[]): string[] {
  return said.map((text, index) =>
    said.indexOf(text) === said.lastIndexOf(text) ? text : `${text} [${blockIn(effects[index]?.key ?? '')}]`,
  )
}

/** What rolling back would do, last first. */
export function wouldUndo(look: Look, plan: Plan, state: State): string[] {
  const undone = state.effects
    .toReversed()
    .filter(({ undo }) => undo === 'due' || undo === 'unknown')
    .flatMap((effect) => undoOf(look, plan, effect).map((text) => ({ text, effect })))
  return apart(
    undone.map(({ text }) => text),
    undone.map(({ effect }) => effect),
  )
}

function undoOf(look: Look, plan: Plan, { key }: Effect): string[] {
  const step = blockIn(key)
  const entry = entryOf(plan, step)
  if (entry === null || entry.undoNone) return []
  const item = itemIn(key)
  const on = item === null ? '' : ` (${item})`
  if (entry.undoSelf) return [`${look.words.screen.undo} ${shortName(plan, step, key)}`]
  const blocks = entry.undo.flatMap((id) => entryOf(plan, id) ?? [])
  if (blocks.length === 0) return [`${shortName(plan, step, key)}${look.words.colon} ${look.words.screen.undoMissing}`]
  return blocks.map((block) =>
    isManual(block) ? look.words.screen.askUndo(shortName(plan, step, key)) : `${shortScript(block)}${on}`,
  )
}

const isManual = ({ type }: PlanEntry): boolean => type === 'undo-by-hand'

/** How the undo of an effect is done by a person: the author's words, or the script. */
export function undoWords(plan: Plan, { key }: Effect): string {
  const entry = entryOf(plan, blockIn(key))
  const blocks = (entry?.undo ?? []).flatMap((id) => entryOf(plan, id) ?? [])
  return blocks.map((block) => (isManual(block) ? oneLine(block.text).replace(/\.$/, '') : shortScript(block))).join(' · ')
}
