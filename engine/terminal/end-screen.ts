import { visibleLine } from '../language/control.ts'
import type { State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { took } from '../words/took.ts'
import type { Words } from '../words/words.ts'
import { undoWords } from './changed-so-far.ts'
import { aside, type Look, paragraph, symbol } from './look.ts'
import { blockIn, entryOf, isWarningOnly, placeOf, shortName } from './step-place.ts'

/** A measure as the end says it. */
export interface EndMeasure {
  readonly status: 'met' | 'missed' | 'measured' | 'not-measured'
  /** `9m05s (1 step simulated)`, `48210 messages`. */
  readonly text: string
  readonly targetMs: number | null
}

/** What the end says beside the state. */
export interface EndExtra {
  readonly runId: string
  readonly durationMs: number
  readonly rto: EndMeasure | null
  readonly rpo: EndMeasure | null
  readonly waitedMs: number
  /** Where the row went; null when none was written. */
  readonly row: { readonly where: 'file' | 'patch'; readonly file: string } | null
  /** Of a run that waits: what each step's approvers run. */
  readonly requests: Readonly<Record<string, readonly string[]>>
  /** The author's own end, a hand-over, a warning. */
  readonly note: string | null
}

/** The end: one sentence for the incident channel, the measures, and where the row is. */
export function endScreen(look: Look, given: { readonly plan: Plan; readonly state: State; readonly extra: EndExtra }): string[] {
  const { plan, state, extra } = given
  const { end } = look.words
  const result = state.ended?.result ?? 'aborted'
  const mark = result === 'passed' ? symbol(look, 'ok') : result === 'waiting' ? symbol(look, 'going') : symbol(look, 'failed')
  const dot = look.ascii ? ' - ' : ' · '
  const drill = plan.drill === null ? '' : `${look.words.head.drill(plan.drill)}${dot}`
  const skipped = Object.values(state.entries).filter(({ status }) => status === 'skipped').length
  const skips = result === 'passed' && plan.drill === null && skipped > 0 ? end.withSkips(skipped) : ''
  const sentence = endSentence(look.words, plan, state)
  const measures = [
    rtoText(look.words, extra.rto),
    rpoText(look.words, extra.rpo),
    extra.waitedMs > 0 ? end.waited(extra.waitedMs) : '',
  ].filter((text) => text !== '')
  const last = [
    extra.row === null ? '' : extra.row.where === 'file' ? end.rowIn(extra.row.file) : end.patchIn(extra.row.file),
    result === 'waiting' || result === 'aborted' ? end.goOn(extra.runId) : end.allOfIt(extra.runId),
  ].filter((text) => text !== '')
  return [
    ...aside(look, `${mark} ${drill}${end.title[result]}${skips}`, `${extra.runId}${dot}${took(extra.durationMs)}`),
    ...paragraph(look, sentence, '  '),
    ...(result === 'waiting' ? waitedFor(look, plan, state, extra.requests) : []),
    ...(extra.note === null ? [] : paragraph(look, extra.note, '  ')),
    ...(measures.length === 0 ? [] : paragraph(look, measures.join(dot), '  ')),
    ...paragraph(look, last.join(dot), '  '),
  ]
}

/** Whom a waiting run waits for, and what they run: alone on its line, to be copied. */
function waitedFor(look: Look, plan: Plan, state: State, requests: EndExtra['requests']): string[] {
  const { end } = look.words
  return Object.values(state.open).flatMap((open) => {
    if (open.type !== 'question' || open.step === null) return []
    if (open.about !== 'approval') return paragraph(look, end.waitsForAnswer(open.step), '  ')
    const entry = entryOf(plan, open.step)
    const roles =
      entry?.approve?.roles ?? entry?.rows.flatMap(({ target }) => (target.type === 'approve' ? target.roles : [])) ?? []
    const who = roles.map(({ role, count }) => visibleLine(count > 1 ? `${count} × ${role}` : role)).join(', ')
    const commands = (requests[open.step] ?? []).map((request) => `  reprise approve ${visibleLine(request)}`)
    return [...paragraph(look, end.waitsForApproval(who), '  '), ...commands]
  })
}

/** What was done, undone, not undone, by hand, skipped, simulated: one paragraph that can be pasted. */
export function endSentence(words: Words, plan: Plan, state: State): string {
  const { end } = words
  const result = state.ended?.result ?? 'aborted'
  const passed = result === 'passed'
  const effects = state.effects.filter(({ key }) => entryOf(plan, blockIn(key))?.undoNone !== true)
  const hasTried = effects.some(({ undo }) => undo === 'failed' || undo === 'unknown')
  const rolled =
    result === 'rolled-back' || result === 'rolled-back-in-part' || state.course.type === 'rolling' || (!passed && hasTried)
  const name = (key: string): string => visibleLine(shortName(plan, blockIn(key), key))
  const undone = effects.filter(({ undo }) => undo === 'undone').map(({ key }) => name(key))
  const byHandUndone = effects.filter(({ undo }) => undo === 'by-hand').map(({ key }) => words.screen.byHandIn(name(key)))
  const left = effects.filter(({ undo }) => undo !== 'undone' && undo !== 'by-hand')
  const isUnknown = (key: string): boolean => {
    const status = state.entries[key]?.status
    // One that was skipped began before: what it did is not known.
    return status === 'unknown' || status === 'open' || status === 'failed' || status === 'skipped'
  }
  const notUndone = left.map((effect) => notUndoneText(words, plan, effect.key, name(effect.key), isUnknown(effect.key)))
  const isByHand = (key: string): boolean => state.entries[key]?.status === 'by-hand'
  const changed = state.effects
    .filter(({ key, undo }) => undo === 'due' && !isUnknown(key) && !isByHand(key))
    .map(({ key }) => name(key))
  const unsure = state.effects.filter(({ key, undo }) => undo === 'due' && isUnknown(key)).map(({ key }) => name(key))
  const settled = (how: string): string[] =>
    unique(
      Object.entries(state.entries)
        .filter(([, { status }]) => status === how)
        .map(([key]) => name(key)),
    )
  const skipped = settled('skipped')
  const simulated = settled('simulated')
  const notProven = unique(unprovenChanges(plan, state).map(name))
  // By their ids: a step's number would say that the step failed.
  const warned = Object.entries(state.entries)
    .filter(([key, { status }]) => status === 'failed' && isWarningOnly(entryOf(plan, blockIn(key))))
    .map(([key]) => visibleLine(key))
  const byHand = settled('by-hand')
  const failure =
    state.failure === null || passed
      ? ''
      : failedText(words, plan, { key: state.failure.key, how: endsAt(state, state.failure.key) })
  const parts = [
    failure,
    undone.length + byHandUndone.length > 0 ? end.undone([...undone, ...byHandUndone].join(', ')) : '',
    rolled && notUndone.length > 0 ? end.notUndone(notUndone.join('; ')) : '',
    !rolled && changed.length > 0 ? end.done(unique(changed).join(', ')) : '',
    !rolled && unsure.length > 0 ? end.unknown(unique(unsure).join(', ')) : '',
    byHand.length > 0 && !rolled ? end.byHand(byHand.join(', ')) : '',
    skipped.length > 0 ? end.skipped(skipped.length, skipped.join(', ')) : '',
    notProven.length > 0 ? end.notProven(notProven.join(', ')) : '',
    simulated.length > 0 ? end.simulated(simulated.join(', ')) : '',
    warned.length > 0 ? end.warned(warned.join(', ')) : '',
    state.effects.length === 0 ? end.nothingChanged : '',
  ]
  return parts.filter((text) => text !== '').join(' ')
}

/** Changes whose validation somebody skipped: nothing says that they hold. */
function unprovenChanges(plan: Plan, { entries, effects }: State): string[] {
  const changed = new Set(effects.map(({ key }) => blockIn(key)))
  return Object.entries(entries).flatMap(([key, { status }]) => {
    const proves = status === 'skipped' ? entryOf(plan, blockIn(key))?.proves : null
    return proves != null && changed.has(proves) ? [key] : []
  })
}

const unique = (names: readonly string[]): string[] => [...new Set(names)]

/** Did it fail there, or was it cut off, or does it wait? */
function endsAt({ ended, entries }: State, key: string): 'failedAt' | 'stoppedAt' | 'waitsAt' {
  if (ended?.result === 'waiting') return 'waitsAt'
  const isCutOff = entries[key]?.cause?.type === 'cancelled' || entries[key]?.cause?.type === 'runner-died'
  return isCutOff || ended === null ? 'stoppedAt' : 'failedAt'
}

function failedText(
  words: Words,
  plan: Plan,
  { key, how }: { readonly key: string; readonly how: ReturnType<typeof endsAt> },
): string {
  const step = blockIn(key)
  const { part } = placeOf(plan, step, key)
  const name = shortName(plan, step, key)
  return words.end[how](visibleLine(name), part !== null && part.title !== name ? visibleLine(part.title) : '')
}

function notUndoneText(words: Words, plan: Plan, key: string, name: string, isUnknown: boolean): string {
  const entry = entryOf(plan, blockIn(key))
  const manual = (entry?.undo ?? []).some((id) => entryOf(plan, id)?.type === 'undo-by-hand')
  if (manual) return `${name}, ${words.end.byHandNow(visibleLine(undoWords(plan, { key, undo: 'due' })))}`
  return isUnknown ? words.screen.effectUnknown(name) : name
}

function rtoText({ end }: Words, rto: EndMeasure | null): string {
  if (rto === null) return ''
  const { status, text, targetMs } = rto
  if (status === 'not-measured') return targetMs === null ? end.rtoNotMeasured : end.rtoNotReached(targetMs)
  if (targetMs === null || status === 'measured') return end.rtoIs(text)
  return status === 'met' ? end.rtoMet(text, targetMs) : end.rtoMissed(text, targetMs)
}

function rpoText({ end }: Words, rpo: EndMeasure | null): string {
  if (rpo === null) return ''
  const { status, text, targetMs } = rpo
  if (status === 'not-measured') return end.rpoNotMeasured
  if (targetMs === null || status === 'measured') return end.rpoIs(text)
  return status === 'met' ? end.rpoMet(text, targetMs) : end.rpoMissed(text, targetMs)
}
