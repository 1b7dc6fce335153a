import { outputLines } from './output-lines.ts'
import type { Act, Offer } from './offer.ts'
import { entryOf } from './step-place.ts'
import {
  accept,
  allItems,
  boxes,
  branches,
  byHand,
  edit,
  held,
  jump,
  leaveAsIs,
  notHeld,
  notUndone,
  note,
  ownCommand,
  pasteApproval,
  pause,
  rollBack,
  rollBackTo,
  run,
  skip,
  stop,
  undone,
  value,
  type Make,
  type OfferRequest,
} from './offer-parts.ts'

/** The keys of a question, most wanted first: `rulings.md` says which letter is what. */
export function offersOf(request: OfferRequest): Offer[] {
  const { question } = request
  const make: Make = {
    ...request,
    has: (choice) => question.choices.includes(choice),
    answer: (answer) => ({ does: 'say', said: { type: 'answers', answers: [{ task: question.task, answer }] } }),
  }
  const all = [...mainOffers(make), ...rareOffers(make).map((offer): Offer => ({ ...offer, rare: true }))]
  return all.filter(({ key }, index) => all.findIndex((other) => other.key === key) === index)
}

/** What must be typed, or written, before anything else: the question begins with this line. */
export function firstText(request: OfferRequest): Act | null {
  const { question } = request
  const offers = offersOf(request)
  if (question.about === 'value') return offers.find(({ key }) => key === 'r')?.act ?? null
  return question.typed === undefined ? null : (offers.find(({ key }) => key === 'r')?.act ?? null)
}

function mainOffers(make: Make): Offer[] {
  const { question, look } = make
  const { key } = look.words
  switch (question.about) {
    case 'start':
      return [...run(make, key.start), ...stop(make, key.leave)]
    case 'box':
      return [...boxes(make), ...skip(make), ...stop(make, key.leave)]
    case 'change':
      return [
        ...edit(make, 'first'),
        ...run(make, key.run),
        ...byHand(make, key.byHand),
        ...skip(make),
        ...pause(make),
        ...stop(make),
      ]
    case 'by-hand':
    case 'validation':
      return [...held(make, question.about === 'by-hand' ? key.held : key.holds), ...notHeld(make), ...skip(make), ...stop(make)]
    case 'branch':
      return [...branches(make), ...stop(make)]
    case 'approval':
      return [{ key: 'v', word: key.approval, act: pasteApproval(make) }, ...note(make), ...skip(make), ...stop(make)]
    case 'value':
      return [...value(make), ...skip(make), ...stop(make)]
    case 'failed':
      return [
        ...run(make, key.retry),
        ...rollBack(make),
        ...byHand(make, key.doneByHand),
        ...ownCommand(make),
        ...stop(make),
        ...skip(make),
      ]
    case 'unknown-effect':
      return [
        ...run(make, key.runAgain),
        ...accept(make, key.tookEffect),
        ...byHand(make, key.byHand),
        ...rollBack(make),
        ...stop(make),
        ...skip(make),
      ]
    case 'edited-step':
      return [
        ...run(make, key.runAgain),
        ...accept(make, key.keep),
        ...byHand(make, key.doneByHand),
        ...skip(make),
        ...stop(make),
      ]
    case 'interrupted':
    case 'paused':
    case 'roll-back':
    case 'undo':
    case 'undo-failed':
      return turningOffers(make, question.about)
  }
}

/** The keys where a run may turn back. */
function turningOffers(make: Make, about: 'interrupted' | 'paused' | 'roll-back' | 'undo' | 'undo-failed'): Offer[] {
  const { key } = make.look.words
  switch (about) {
    case 'interrupted':
      return [...run(make, key.goOn), ...rollBack(make), ...stop(make)]
    case 'paused':
      return [...run(make, key.goOn), ...allItems(make), ...rollBack(make), ...note(make), ...stop(make)]
    case 'roll-back':
      return [...rollBack(make, key.everything), ...rollBackTo(make), ...leaveAsIs(make), ...stop(make)]
    case 'undo':
    case 'undo-failed':
      return [...run(make, about === 'undo' ? key.run : key.retry), ...undone(make), ...notUndone(make), ...stop(make)]
  }
}

function rareOffers(make: Make): Offer[] {
  const { question, context, look } = make
  const { key } = look.words
  const entry = question.step === null ? null : entryOf(context.plan, question.step)
  const isForward = question.about !== 'undo' && question.about !== 'undo-failed' && question.about !== 'start'
  const text = entry === null ? '' : (context.state.edits[entry.id] ?? entry.text)
  return [
    ...(question.key === null
      ? []
      : [{ key: 'o', word: key.output, act: { does: 'show', lines: () => outputLines(look, context, question) } } as const]),
    ...edit(make, 'rare'),
    ...(text === '' ? [] : [{ key: 'c', word: key.copy, act: { does: 'copy', text } } as const]),
    ...ownCommand(make),
    ...note(make),
    ...(isForward && question.step !== null ? [{ key: 'j', word: key.jump, act: jump(make) }] : []),
    ...pause(make),
    ...(make.has('escalate') ? [{ key: 'x', word: key.escalate, act: make.answer({ choice: 'escalate' }) }] : []),
    ...(question.about === 'failed' && entry !== null && entry.use === null && text !== ''
      ? [{ key: 't', word: key.terminal, act: { does: 'say', said: { type: 'with-terminal', task: question.task } } } as const]
      : []),
    ...rollBackTo(make),
  ]
}
