import type { Key, Stamped, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { wordsOf } from '../words/words.ts'
import { visible } from '../language/control.ts'
import type { AskContext, Said } from './ask-context.ts'
import { askQuestion } from './ask-question.ts'
import { detailsScreen } from './details-screen.ts'
import { endScreen, type EndExtra } from './end-screen.ts'
import { factLines } from './fact-lines.ts'
import { itemsAfter } from './items-table.ts'
import { keyLine } from './key-line.ts'
import { type Look, paragraph, symbol } from './look.ts'
import type { AskText, Offer } from './offer.ts'
import { overviewScreen, type OverviewExtra } from './overview-screen.ts'
import type { Progress } from './progress.ts'
import { returningScreen, type ReturningExtra } from './returning-screen.ts'
import { openRunningLines } from './running-lines.ts'
import { openScreen } from './screen.ts'
import { spokenPlans } from './spoken-plan.ts'
import type { Screen } from './screen-port.ts'

import type { TerminalOptions } from './terminal-options.ts'

/** A person at a terminal. */
export interface Terminal {
  readonly attended: true
  overview(plan: Plan, extra: OverviewExtra): Promise<'start' | 'leave'>
  /** The screen of a run that goes on. */
  returning(given: {
    readonly plan: Plan
    readonly state: State
    readonly extra: ReturningExtra
  }): Promise<'go-on' | 'roll-back' | 'leave'>
  /** A question with yes and no of the command line's own; Enter is no answer. */
  confirm(lines: readonly string[]): Promise<boolean>
  /** Asks for a value before the start; null when the person leaves. */
  value(given: {
    readonly label: string
    readonly hidden: boolean
    readonly check: (text: string) => string | null
  }): Promise<string | null>
  ask(context: AskContext, signal: AbortSignal): Promise<Said>
  fact(stamped: Stamped, plan: Plan, state: State): void
  output(key: Key, text: string): void
  progress(task: TaskId, progress: Progress): void
  overdue(key: Key, elapsedMs: number, signal: AbortSignal): Promise<'wait' | 'cancel'>
  lend<T>(use: () => Promise<T>): Promise<T>
  warn(text: string): void
  tell(text: string): void
  /** The last screen. */
  end(given: { readonly plan: Plan; readonly state: State; readonly extra: EndExtra }): void
  close(): void
}

/** Takes the terminal: everything that a person reads or presses in a run goes through here. */
export function openTerminal(options: TerminalOptions): Terminal {
  const plain = options.plain ?? (process.env['TERM'] === 'dumb' || options.output.isTTY !== true || options.input.isTTY !== true)
  const ascii = options.ascii ?? !isUtf8()
  const look = (): Look => ({ words: wordsOf(options.lang), width: widthOf(options), ascii })
  const spoken = spokenPlans(() => look().words)
  let queue: Promise<unknown> = Promise.resolve()
  // One question at a time: a second one waits for the end of the first.
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const turn = queue.then(act, act)
    queue = turn.catch(() => undefined)
    return turn
  }
  const screen = openScreen({ ...options, plain, ascii, onKey: (key) => running.key(key) })
  const running = openRunningLines({ look, screen, now: options.now, onMessage: options.onMessage, inTurn, plain })
  const choose = (given: Choose): Promise<string> => inTurn(() => chooseOne(screen, look(), given))
  return {
    attended: true,
    overview(ofPlan, extra) {
      const plan = spoken(ofPlan)
      const above = overviewScreen(look(), plan, extra)
      return choose({ above, offers: overviewOffers(look(), plan), closed: 'leave' }) as Promise<'start' | 'leave'>
    },
    returning(given) {
      const said = { ...given, plan: spoken(given.plan) }
      const above = returningScreen(look(), said)
      return choose({ above, offers: returningOffers(look(), said), closed: 'leave' }) as Promise<'go-on' | 'roll-back' | 'leave'>
    },
    confirm: async (lines) => {
      const { key } = look().words
      const offers = [offer('y', key.yes, 'yes'), offer('q', key.no, 'no'), offer('n', key.no, 'no')]
      return (await choose({ above: lines.map(visible), offers, closed: 'no' })) === 'yes'
    },
    value: (given) => inTurn(() => askValue(screen, look(), given)),
    ask: (given, signal) =>
      inTurn(() => askQuestion({ context: { ...given, plan: spoken(given.plan) }, signal, screen, look, options, running })),
    fact(stamped, ofPlan, state) {
      const plan = spoken(ofPlan)
      running.fact(stamped, plan, state)
      screen.print([...factLines(look(), stamped, { plan, state }), ...itemsAfter(look(), stamped, { plan, state })])
      running.after(stamped)
    },
    output: (key, text) => running.output(key, text),
    progress: (task, progress) => running.progress(task, { ...progress, value: look().words.typed.found(progress.value) }),
    overdue: async (key, elapsedMs, signal) => {
      const { key: word, ask } = look().words
      const above = paragraph(look(), `${symbol(look(), 'warning')} ${key}${look().words.colon} ${ask.overdue(elapsedMs)}`)
      const offers = [offer('w', word.waitMore, 'wait'), offer('c', word.cancel, 'cancel')]
      return (await choose({ above, offers, closed: 'wait', signal })) as 'wait' | 'cancel'
    },
    lend: (use) => inTurn(() => screen.lend(use)),
    warn: (text) => screen.print(paragraph(look(), `${symbol(look(), 'warning')} ${text}`)),
    tell: (text) => screen.print(paragraph(look(), visible(text))),
    end: (given) => screen.print(['', ...endScreen(look(), { ...given, plan: spoken(given.plan) })]),
    close() {
      running.close()
      screen.close()
    },
  }
}

const offer = (key: string, word: string, choice: string): Offer => ({ key, word, act: { does: 'choose', choice } })
const show = (key: string, word: string, lines: () => readonly string[]): Offer => ({ key, word, act: { does: 'show', lines } })

function overviewOffers(look: Look, plan: Plan): Offer[] {
  const { key } = look.words
  return [offer('r', key.start, 'start'), show('d', key.details, () => detailsScreen(look, plan)), offer('q', key.leave, 'leave')]
}

function returningOffers(look: Look, { plan, state }: { readonly plan: Plan; readonly state: State }): Offer[] {
  const { key } = look.words
  const undoable = state.effects.some(({ undo }) => undo !== 'undone' && undo !== 'by-hand')
  return [
    offer('r', key.goOn, 'go-on'),
    ...(undoable ? [offer('b', key.rollBack, 'roll-back')] : []),
    show('d', key.details, () => detailsScreen(look, plan)),
    offer('q', key.leave, 'leave'),
  ]
}

interface Choose {
  readonly above: readonly string[]
  readonly offers: readonly Offer[]
  /** What a closed input means. */
  readonly closed: string
  readonly signal?: AbortSignal
}

async function chooseOne(
  screen: Screen,
  look: Look,
  { above, offers, closed, signal = new AbortController().signal }: Choose,
): Promise<string> {
  const config = {
    offers,
    keys: keyLine(look, offers),
    first: null,
    tick: null,
    notice: '',
    notAKey: look.words.ask.notAKey,
    noPaste: look.words.ask.noPaste,
  }
  let next = above
  for (let isFirst = true; ; isFirst = false) {
    const pressed = await screen.prompt(config, { above: next, drain: isFirst, signal })
    if (pressed === null) return closed
    if (pressed.act.does === 'choose') return pressed.act.choice
    next = pressed.act.does === 'show' ? pressed.act.lines() : []
  }
}

async function askValue(
  screen: Screen,
  look: Look,
  given: { readonly label: string; readonly hidden: boolean; readonly check: (text: string) => string | null },
): Promise<string | null> {
  let value: string | null = null
  const { key, ask } = look.words
  const first: AskText = {
    does: 'text',
    label: visible(given.label),
    ...(given.hidden ? { hidden: true } : {}),
    become: (text) => {
      const why = given.check(text)
      if (why !== null) return { does: 'refuse', why: visible(why) }
      value = text
      return { does: 'choose', choice: 'given' }
    },
  }
  const offers: readonly Offer[] = [{ key: 'r', word: key.enter, act: first }, offer('q', key.leave, 'leave')]
  const config = {
    offers,
    keys: keyLine(look, offers),
    first,
    tick: null,
    notice: '',
    notAKey: ask.notAKey,
    noPaste: ask.noPaste,
  }
  for (let isFirst = true; ; isFirst = false) {
    const pressed = await screen.prompt(isFirst ? config : { ...config, first: null }, {
      above: [],
      drain: isFirst,
      signal: new AbortController().signal,
    })
    if (pressed === null) return null
    if (pressed.act.does === 'choose') return pressed.act.choice === 'given' ? value : null
    if (pressed.act.does === 'show') screen.print(pressed.act.lines())
  }
}

function widthOf({ columns }: TerminalOptions): number {
  const width = columns()
  return Number.isFinite(width) && width >= 20 ? Math.min(width, 200) : 80
}

function isUtf8(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env
  return /utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '')
}
