import { checkValue, parseType } from '../language/type.ts'
import type { Answer, Message, Question, StepId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { stepNamed } from '../model/step-named.ts'
import type { AskContext, Said } from './ask-context.ts'
import type { Look } from './look.ts'
import type { Act, Offer } from './offer.ts'
import { entryOf } from './step-place.ts'

/** What a key list is made from. */
export interface OfferRequest {
  readonly look: Look
  readonly context: AskContext
  readonly question: Question
  /** Keeps a secret that was typed and gives its reference. */
  readonly keepSecret: (name: string, text: string) => string
}

/** What every key is made from. */
export type Make = OfferRequest & {
  readonly has: (choice: Answer['choice']) => boolean
  readonly answer: (answer: Answer) => Act
}

const say = (message: Message): Act => ({ does: 'say', said: { type: 'message', message } satisfies Said })

/** `r`: run, retry or go on; where something must be typed, that comes first. */
export function run({ question, look, has, answer }: Make, word: string): Offer[] {
  const choice = has('run') ? 'run' : has('retry') ? 'retry' : has('go-on') ? 'go-on' : null
  if (choice === null) return []
  const act = answer({ choice })
  const { typed } = question
  if (typed === undefined) return [{ key: 'r', word, act }]
  const become = (text: string): ReturnType<Extract<Act, { does: 'text' }>['become']> =>
    text.trim() === typed ? act : { does: 'refuse', why: look.words.ask.typedAgain }
  return [{ key: 'r', word, act: { does: 'text', label: look.words.ask.typed(typed), typed: true, become } }]
}

/** `h`: done by hand, and how. */
export function byHand({ look, has, answer }: Make, word: string): Offer[] {
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

/** `s`: left out, with its reason. */
export function skip({ look, has, answer }: Make): Offer[] {
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

/** `q`: the end of the run. */
export function stop({ look, has, answer }: Make, word: string = look.words.key.stop): Offer[] {
  return [{ key: 'q', word, act: has('stop') ? answer({ choice: 'stop' }) : say({ say: 'stop', reason: '' }) }]
}

/** `p`: no further task until somebody says so. */
export function pause({ question, look }: Make): Offer[] {
  if (question.about === 'paused' || question.about === 'interrupted' || question.about === 'start') return []
  return [{ key: 'p', word: look.words.key.pause, act: say({ say: 'pause' }) }]
}

/** `n`: a note for the timeline. */
export function note({ question, look }: Make): Offer[] {
  const act = withReason(look, look.words.ask.noteText, (text) => say({ say: 'note', text, step: question.step }))
  return [{ key: 'n', word: look.words.key.note, act }]
}

/** `y` and digits: a checklist holds, or one box does not. */
export function boxes({ context, look, answer }: Make): Offer[] {
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

/** `y`: a person vouches for it. */
export function held({ has, answer }: Make, word: string): Offer[] {
  if (has('yes')) return [{ key: 'y', word, act: answer({ choice: 'yes' }) }]
  return has('by-hand') ? [{ key: 'y', word, act: answer({ choice: 'by-hand', reason: '' }) }] : []
}

/** `x`: it does not hold. */
export function notHeld({ look, has, answer }: Make): Offer[] {
  return has('no') ? [{ key: 'x', word: look.words.key.notHeld, act: answer({ choice: 'no' }) }] : []
}

/** Digits, `y`, `x`: a decision; another branch than the computed one needs its reason. */
export function branches(make: Make): Offer[] {
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

/** `v`: the line that an approver got. */
export function pasteApproval({ look }: Make): Act {
  return {
    does: 'text',
    label: look.words.ask.approval,
    become: (text) =>
      text.trim() === '' ? { does: 'refuse', why: look.words.ask.reasonNeeded } : { does: 'approve', text: text.trim() },
  }
}

/** `r`: a value of its type. */
export function value({ question, context, look, answer, keepSecret }: Make): Offer[] {
  const entry = question.step === null ? null : entryOf(context.plan, question.step)
  const capture = entry?.captures.find(({ name }) => name === question.name) ??
    entry?.captures[0] ?? { name: question.step ?? '', type: 'string' }
  const parsed = parseType(capture.type)
  const label = look.words.ask.value(
    capture.name,
    entry?.type === 'record' && entry.title !== capture.name ? entry.title : '',
    capture.type,
  )
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

/** `b`: everything that was changed is undone. */
export function rollBack({ look, has, answer }: Make, word: string = look.words.key.rollBack): Offer[] {
  return has('roll-back') ? [{ key: 'b', word, act: answer({ choice: 'roll-back', to: null }) }] : []
}

/** `B`: only back to a step. */
export function rollBackTo({ context, look, has, answer }: Make): Offer[] {
  if (!has('roll-back')) return []
  return [
    {
      key: 'B',
      word: look.words.key.rollBackTo,
      act: askStep(look, context.plan, look.words.ask.rollBackTo, (to) => answer({ choice: 'roll-back', to })),
    },
  ]
}

/** `j`: to another step, with the reason. */
export function jump({ context, look }: Make): Act {
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

/** `y`: it is taken as done. */
export function accept({ look, has, answer }: Make, word: string): Offer[] {
  if (has('accept'))
    return [
      { key: 'y', word, act: withReason(look, look.words.ask.reasonAccept, (reason) => answer({ choice: 'accept', reason })) },
    ]
  const choice = has('yes') ? 'yes' : has('go-on') && has('run') ? 'go-on' : null
  return choice === null ? [] : [{ key: 'y', word, act: answer({ choice }) }]
}

/** `a`: the rest of a group without asking again. */
export function allItems({ question, look, has, answer }: Make): Offer[] {
  if (question.key === null || !has('accept')) return []
  return [{ key: 'a', word: look.words.key.all, act: answer({ choice: 'accept', reason: '' }) }]
}

/** `x`: nothing is undone. */
export function leaveAsIs({ look, has, answer }: Make): Offer[] {
  return has('none') ? [{ key: 'x', word: look.words.key.leaveAsIs, act: answer({ choice: 'none' }) }] : []
}

/** `h`, or `y` for what is undone by hand anyway. */
export function undone(make: Make): Offer[] {
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

/** `s`, or `x` for what is undone by hand: it stays. */
export function notUndone(make: Make): Offer[] {
  const { look, has, answer } = make
  if (!has('not-undone')) return []
  const act = answer({ choice: 'not-undone' })
  return [{ key: isManualUndo(make) ? 'x' : 's', word: look.words.key.notUndone, act }]
}

/** `m`: a command of the person's own. */
export function ownCommand({ question, look }: Make): Offer[] {
  if (question.step === null || question.about === 'box' || question.about === 'approval' || question.about === 'value') return []
  const act: Act = withReason(look, look.words.ask.command, (text) => ({ does: 'say', said: { type: 'command', text } }))
  return [{ key: 'm', word: look.words.key.command, act }]
}

/** `e`: the text in an editor; first where it cannot run as it stands. */
export function edit({ question, context, look, has, answer }: Make, when: 'first' | 'rare'): Offer[] {
  const entry = question.step === null ? null : entryOf(context.plan, question.step)
  if (!has('edit') || entry === null || (when === 'first') !== (entry.needsEdit !== null)) return []
  const text = context.state.edits[entry.id] ?? entry.text
  const become = (edited: string): Said => {
    const act = answer({ choice: 'edit', text: edited })
    return act.does === 'say' ? act.said : { type: 'message', message: { say: 'pause' } }
  }
  return [{ key: 'e', word: look.words.key.edit, act: { does: 'edit', text, become } }]
}
