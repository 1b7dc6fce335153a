import { checkValue, parseType } from '../language/type.ts'
import type { Answer, Message, Question, StepId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { AskContext, Said } from './ask-context.ts'
import type { Look } from './look.ts'
import type { Act, Offer } from './offer.ts'
import { outputLines } from './output-lines.ts'
import { entryOf, partOf } from './step-place.ts'

/** What a key list is made from. */
export interface OfferRequest {
  readonly look: Look
  readonly context: AskContext
  readonly question: Question
  /** Keeps a secret that was typed and gives its reference. */
  readonly keepSecret: (name: string, text: string) => string
}

type Make = OfferRequest & {
  readonly has: (choice: Answer['choice']) => boolean
  readonly answer: (answer: Answer) => Act
}

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
      return [...held(make, key.held), ...notHeld(make), ...skip(make), ...stop(make)]
    case 'validation':
      return [...held(make, key.holds), ...notHeld(make), ...skip(make), ...stop(make)]
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
      return [...run(make, key.goOn), ...rollBack(make), ...stop(make)]
    case 'paused':
      return [...run(make, key.goOn), ...allItems(make), ...rollBack(make), ...note(make), ...stop(make)]
    case 'roll-back':
      return [...rollBack(make, key.everything), ...rollBackTo(make), ...leaveAsIs(make), ...stop(make)]
    case 'undo':
    case 'undo-failed':
      return [...run(make, question.about === 'undo' ? key.run : key.retry), ...undone(make), ...notUndone(make), ...stop(make)]
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

const say = (message: Message): Act => ({ does: 'say', said: { type: 'message', message } satisfies Said })

function run({ question, look, has, answer }: Make, word: string): Offer[] {
  const choice = has('run') ? 'run' : has('retry') ? 'retry' : has('go-on') ? 'go-on' : null
  if (choice === null) return []
  const act = answer({ choice })
  const { typed } = question
  if (typed === undefined) return [{ key: 'r', word, act }]
  const become = (text: string): ReturnType<Extract<Act, { does: 'text' }>['become']> =>
    text.trim() === typed ? act : { does: 'refuse', why: look.words.ask.typedAgain }
  return [{ key: 'r', word, act: { does: 'text', label: look.words.ask.typed(typed), typed: true, become } }]
}

function byHand({ look, has, answer }: Make, word: string): Offer[] {
  if (!has('by-hand')) return []
  return [
    {
      key: 'h',
      word,
      act: {
        does: 'text',
        label: look.words.ask.reasonByHand,
        become: (reason) => answer({ choice: 'by-hand', reason: reason.trim() }),
      },
    },
  ]
}

function skip({ look, has, answer }: Make): Offer[] {
  if (!has('skip')) return []
  return [
    {
      key: 's',
      word: look.words.key.skip,
      act: withReason(look, look.words.ask.reasonSkip, (reason) => answer({ choice: 'skip', reason })),
    },
  ]
}

function withReason(look: Look, label: string, make: (reason: string) => Act): Act {
  return {
    does: 'text',
    label,
    become: (text) => (text.trim() === '' ? { does: 'refuse', why: look.words.ask.reasonNeeded } : make(text.trim())),
  }
}

function stop({ look, has, answer }: Make, word: string = look.words.key.stop): Offer[] {
  return [{ key: 'q', word, act: has('stop') ? answer({ choice: 'stop' }) : say({ say: 'stop', reason: '' }) }]
}

function pause({ question, look }: Make): Offer[] {
  if (question.about === 'paused' || question.about === 'interrupted' || question.about === 'start') return []
  return [{ key: 'p', word: look.words.key.pause, act: say({ say: 'pause' }) }]
}

function note({ question, look }: Make): Offer[] {
  const act = withReason(look, look.words.ask.noteText, (text) => say({ say: 'note', text, step: question.step }))
  return [{ key: 'n', word: look.words.key.note, act }]
}

function boxes({ context, look, answer }: Make): Offer[] {
  const { key } = look.words
  const yes: Said = { type: 'answers', answers: context.questions.map(({ task }) => ({ task, answer: { choice: 'yes' } })) }
  if (context.questions.length === 1)
    return [
      { key: 'y', word: key.holds, act: answer({ choice: 'yes' }) },
      { key: 'x', word: key.notHeld, act: answer({ choice: 'no' }) },
    ]
  return [
    { key: 'y', word: key.allHold, act: { does: 'say', said: yes } },
    ...context.questions.slice(0, 9).map(({ task }, index): Offer => ({
      key: String(index + 1),
      word: key.oneDoesNot,
      act: { does: 'say', said: { type: 'answers', answers: [{ task, answer: { choice: 'no' } }] } },
    })),
  ]
}

function held({ has, answer }: Make, word: string): Offer[] {
  if (has('yes')) return [{ key: 'y', word, act: answer({ choice: 'yes' }) }]
  return has('by-hand') ? [{ key: 'y', word, act: answer({ choice: 'by-hand', reason: '' }) }] : []
}

function notHeld({ look, has, answer }: Make): Offer[] {
  return has('no') ? [{ key: 'x', word: look.words.key.notHeld, act: answer({ choice: 'no' }) }] : []
}

function branches(make: Make): Offer[] {
  const { question, context, look, has, answer } = make
  const entry = question.step === null ? null : entryOf(context.plan, question.step)
  const { key, ask } = look.words
  const rows = (entry?.rows ?? []).slice(0, 9).map((_, row): Offer => {
    const overrules = entry?.by === 'condition'
    const act = overrules
      ? withReason(look, ask.reasonOverrule, (reason) => answer({ choice: 'row', row, reason }))
      : answer({ choice: 'row', row })
    return { key: String(row + 1), word: overrules ? key.overrule : key.choose, act }
  })
  return [
    ...(has('yes') ? [{ key: 'y', word: key.yes, act: answer({ choice: 'yes' }) }] : []),
    ...(has('no') ? [{ key: 'x', word: key.no, act: answer({ choice: 'no' }) }] : []),
    ...(has('row') ? rows : []),
    ...note(make),
  ]
}

function pasteApproval({ look }: Make): Act {
  return {
    does: 'text',
    label: look.words.ask.approval,
    become: (text) =>
      text.trim() === '' ? { does: 'refuse', why: look.words.ask.reasonNeeded } : { does: 'approve', text: text.trim() },
  }
}

function value({ question, context, look, answer, keepSecret }: Make): Offer[] {
  const entry = question.step === null ? null : entryOf(context.plan, question.step)
  const capture = entry?.captures[0] ?? { name: question.step ?? '', type: 'string' }
  const parsed = parseType(capture.type)
  const label = look.words.ask.value(capture.name, entry?.type === 'record' ? entry.title : '', capture.type)
  const isSecret = parsed.ok && parsed.type.type === 'secret'
  const items = itemsFor(context.plan, capture.type)
  const become: Extract<Act, { does: 'text' }>['become'] = (text) => {
    const given = text.trim()
    const checked = parsed.ok
      ? checkValue(parsed.type, given, items)
      : { ok: given !== '', expected: capture.type, actual: 'nothing' }
    if (!checked.ok)
      return { does: 'refuse', why: 'expected' in checked ? look.words.ask.wrongValue(checked.expected, checked.actual) : '' }
    if (given === '') return { does: 'refuse', why: look.words.ask.wrongValue(capture.type, '""') }
    return answer({
      choice: 'value',
      value: isSecret
        ? { type: 'secret', ref: keepSecret(capture.name, given) }
        : { type: parsed.ok ? parsed.type.type : 'string', text: given },
    })
  }
  return [{ key: 'r', word: look.words.key.enter, act: { does: 'text', label, become, ...(isSecret ? { hidden: true } : {}) } }]
}

function itemsFor(plan: Plan, type: string): readonly string[] {
  const list = /\(\s*([A-Za-z_]\w*)\s*\)$/.exec(type)?.[1]
  return plan.params.find(({ name }) => name === list)?.items ?? []
}

function rollBack({ look, has, answer }: Make, word: string = look.words.key.rollBack): Offer[] {
  return has('roll-back') ? [{ key: 'b', word, act: answer({ choice: 'roll-back', to: null }) }] : []
}

function rollBackTo({ context, look, has, answer }: Make): Offer[] {
  if (!has('roll-back')) return []
  return [
    {
      key: 'B',
      word: look.words.key.rollBackTo,
      act: askStep(look, context.plan, look.words.ask.rollBackTo, (to) => answer({ choice: 'roll-back', to })),
    },
  ]
}

function jump({ context, look }: Make): Act {
  return askStep(look, context.plan, look.words.ask.jumpTo, (to) =>
    withReason(look, look.words.ask.reasonJump, (reason) => say({ say: 'jump', to, reason })),
  )
}

function askStep(look: Look, plan: Plan, label: string, make: (to: StepId) => Act): Act {
  return {
    does: 'text',
    label,
    become: (text) => {
      const to = stepNamed(plan, text.trim())
      return to === null ? { does: 'refuse', why: look.words.ask.noSuchStep(text.trim()) } : make(to)
    },
  }
}

/** A step by its number, its id, one of its blocks' ids or its title; null for anything else. */
export function stepNamed(plan: Plan, text: string): StepId | null {
  const steps = plan.parts.filter(({ section }) => section === 'procedure')
  const byNumber = steps.find(({ number }) => number === text) ?? (/^\d+$/.test(text) ? steps[Number(text) - 1] : undefined)
  const found = byNumber ?? plan.parts.find(({ id, title }) => id === text || title.toLowerCase() === text.toLowerCase())
  return found?.id ?? partOf(plan, entryOf(plan, text)?.part ?? '')?.id ?? null
}

function accept({ look, has, answer }: Make, word: string): Offer[] {
  if (has('accept'))
    return [
      { key: 'y', word, act: withReason(look, look.words.ask.reasonAccept, (reason) => answer({ choice: 'accept', reason })) },
    ]
  const choice = has('yes') ? 'yes' : has('go-on') && has('run') ? 'go-on' : null
  return choice === null ? [] : [{ key: 'y', word, act: answer({ choice }) }]
}

function allItems({ question, look, has, answer }: Make): Offer[] {
  if (question.key === null) return []
  const act = has('accept') ? answer({ choice: 'accept', reason: '' }) : has('go-on') ? answer({ choice: 'go-on' }) : null
  return act === null ? [] : [{ key: 'a', word: look.words.key.all, act }]
}

function leaveAsIs({ look, has, answer }: Make): Offer[] {
  return has('none') ? [{ key: 'x', word: look.words.key.leaveAsIs, act: answer({ choice: 'none' }) }] : []
}

function undone(make: Make): Offer[] {
  const { look, has, answer } = make
  if (!has('by-hand')) return []
  if (isManualUndo(make))
    return [
      { key: 'y', word: look.words.key.undone, act: answer({ choice: 'by-hand', reason: '' }) },
      ...byHand(make, look.words.key.undone),
    ]
  return byHand(make, look.words.key.undone)
}

const isManualUndo = ({ question, context }: Make): boolean =>
  question.step !== null && entryOf(context.plan, question.step)?.type === 'undo-by-hand'

function notUndone(make: Make): Offer[] {
  const { look, has, answer } = make
  if (!has('not-undone')) return []
  const act = answer({ choice: 'not-undone' })
  return [{ key: isManualUndo(make) ? 'x' : 's', word: look.words.key.notUndone, act }]
}

function ownCommand({ question, look }: Make): Offer[] {
  if (question.step === null || question.about === 'box' || question.about === 'approval' || question.about === 'value') return []
  const act: Act = withReason(look, look.words.ask.command, (text) => ({ does: 'say', said: { type: 'command', text } }))
  return [{ key: 'm', word: look.words.key.command, act }]
}

function edit({ question, context, look, has, answer }: Make, when: 'first' | 'rare'): Offer[] {
  const entry = question.step === null ? null : entryOf(context.plan, question.step)
  if (!has('edit') || entry === null || (when === 'first') !== (entry.needsEdit !== null)) return []
  const text = context.state.edits[entry.id] ?? entry.text
  const become = (edited: string): Said => {
    const act = answer({ choice: 'edit', text: edited })
    return act.does === 'say' ? act.said : { type: 'message', message: { say: 'pause' } }
  }
  return [{ key: 'e', word: look.words.key.edit, act: { does: 'edit', text, become } }]
}
