import type { Key, Message, Question, Stamped, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Said } from './ask-context.ts'
import { runningTitle } from './fact-lines.ts'
import { header } from './header.ts'
import { groupOfKey, itemsTable } from './items-table.ts'
import { keyLine } from './key-line.ts'
import { type Look, symbol } from './look.ts'
import type { AskText, Offer } from './offer.ts'
import type { Progress } from './progress.ts'
import { prose } from './prose.ts'
import { keepOutput, type Running, runningLine, tailText } from './running.ts'
import type { Screen } from './screen-port.ts'
import { entryOf, itemIn, placeOf } from './step-place.ts'

/** What the screen shows while steps run: the step's head and words, live lines, and the keys that work meanwhile. */
export interface RunningLines {
  /** Before a fact's own lines are printed. */
  fact(stamped: Stamped, plan: Plan, state: State): void
  /** After them. */
  after(stamped: Stamped): void
  /** A question's own screen has shown this step's head. */
  asked(question: Question, plan: Plan): void
  output(key: Key, text: string): void
  progress(task: TaskId, progress: Progress): void
  /** A key pressed while no question stands. */
  key(key: string): void
  close(): void
}

/** What the live part is made of. */
export interface RunningOptions {
  readonly look: () => Look
  readonly screen: Screen
  readonly now: () => number
  readonly onMessage: (message: Message) => void
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>
  readonly plain: boolean
}

/** More executions than this side by side are counted, not shown. */
const SHOWN = 5
const REDRAW_MS = 500
/** What is over sooner has no live line: it would only flicker. */
const WORTH_SHOWING_MS = 300

/** Opens the live part of a screen. */
export function openRunningLines(options: RunningOptions): RunningLines {
  const { look, screen, now, onMessage, inTurn, plain } = options
  const running = new Map<TaskId, Running>()
  const closing = new AbortController()
  let shownPart = ''
  let noting = false
  let told: Told | null = null
  const redraw = (): void => screen.live(liveLines(options, running, told))
  const timer = plain ? null : setInterval(redraw, REDRAW_MS).unref()
  return {
    fact(stamped, plan, state) {
      told = { plan, state }
      if (stamped.type === 'step-started') {
        const part =
          stamped.purpose === 'undo' || stamped.purpose === 'diagnose' ? shownPart : partKey(plan, stamped.step, stamped.key)
        if (part !== shownPart) screen.print(headOf(look(), stamped, plan, state))
        shownPart = part
        const one = beginning(stamped, plan, now())
        running.set(stamped.task, one)
        if (plain) screen.print([`  ${symbol(look(), 'going')} ${one.title}`])
      }
      screen.print(lastWords(look(), stamped, running))
    },
    after(stamped) {
      if (stamped.type === 'step-ended') running.delete(stamped.task)
      redraw()
    },
    asked(question, plan) {
      shownPart = partKey(plan, question.step, question.key)
    },
    output(key, text) {
      for (const one of running.values()) if (one.key === key) keepOutput(one, text)
    },
    progress(task, progress) {
      const one = running.get(task)
      if (one === undefined) return
      const changed = one.progress?.value !== progress.value
      one.progress = { ...progress, atMs: now() }
      if (plain && changed) screen.print([runningLine(look(), one, now())])
      else redraw()
    },
    key(pressed) {
      if (running.size === 0 || noting) return
      const keys = keysOf(look(), running)
      if (pressed === '?') screen.print(keys.map(({ key, word }) => `  [${key}] ${word}`))
      const act = keys.find(({ key }) => key === pressed)?.act
      if (act?.does === 'say') tell(act.said, onMessage)
      if (act?.does !== 'text') return
      noting = true
      void inTurn(() => takeNote(options, keys, act, closing.signal))
        // A note that the end of the run cut short is no note.
        .catch(() => undefined)
        .finally(() => (noting = false))
    },
    close() {
      if (timer !== null) clearInterval(timer)
      closing.abort()
      screen.live([])
    },
  }
}

type Told = { readonly plan: Plan; readonly state: State }

/** The end of an output. Of something polled the last value was on its line; every try again would only scroll. */
function lastWords(look: Look, stamped: Stamped, running: ReadonlyMap<TaskId, Running>): string[] {
  const ended = stamped.type === 'step-ended' && stamped.outcome.status === 'done' ? running.get(stamped.task) : undefined
  return ended?.isPolled === false ? tailText(look, ended) : []
}

function liveLines({ look, now }: RunningOptions, running: ReadonlyMap<TaskId, Running>, told: Told | null): string[] {
  const shown = [...running.values()].filter(({ sinceMs }) => now() - sinceMs >= WORTH_SHOWING_MS).slice(0, SHOWN)
  if (shown.length === 0) return []
  const group = told === null ? null : groupOfKey(told.plan, shown[0]?.key ?? null)
  const table = told === null || group === null ? [] : itemsTable(look(), group, told)
  return [...table, ...shown.map((one) => runningLine(look(), one, now())), '', keyLine(look(), keysOf(look(), running))]
}

/** The keys that work while something runs. */
function keysOf(look: Look, running: ReadonlyMap<TaskId, Running>): Offer[] {
  const { key, ask } = look.words
  const [first] = running.values()
  const isWait = [...running.values()].some(({ progress }) => progress !== null)
  const say = (message: Message): Offer['act'] => ({ does: 'say', said: { type: 'message', message } })
  const note: AskText = {
    does: 'text',
    label: ask.noteText,
    become: (text) =>
      text.trim() === ''
        ? { does: 'refuse', why: ask.reasonNeeded }
        : { does: 'say', said: { type: 'message', message: { say: 'note', text: text.trim(), step: first?.step ?? null } } },
  }
  return [
    ...(isWait ? [{ key: 'w', word: key.stopWaiting, act: say({ say: 'stop-waiting' }) }] : []),
    { key: 'n', word: key.note, act: note },
    { key: 'p', word: key.pause, act: say({ say: 'pause' }) },
  ]
}

async function takeNote(
  { look, screen, onMessage }: RunningOptions,
  offers: readonly Offer[],
  first: AskText,
  signal: AbortSignal,
): Promise<void> {
  const { ask } = look().words
  const config = {
    offers,
    keys: keyLine(look(), offers),
    first,
    notice: '',
    tick: null,
    notAKey: ask.notAKey,
    noPaste: ask.noPaste,
  }
  const pressed = await screen.prompt(config, { above: [], drain: false, signal })
  if (pressed?.act.does === 'say') tell(pressed.act.said, onMessage)
}

function tell(said: Said, onMessage: (message: Message) => void): void {
  if (said.type === 'message') onMessage(said.message)
}

type Started = Extract<Stamped, { type: 'step-started' }>

function headOf(look: Look, stamped: Started, plan: Plan, state: State): string[] {
  const words = prose(look, placeOf(plan, stamped.step, stamped.key).part?.prose ?? '')
  const head = header(look, { plan, state, step: stamped.step, key: stamped.key, nowMs: stamped.ms })
  return ['', ...head, '', ...words, ...(words.length > 0 ? [''] : [])]
}

function beginning(stamped: Started, plan: Plan, nowMs: number): Running {
  const entry = entryOf(plan, stamped.step)
  const { task, step, key, purpose, timeoutMs } = stamped
  const title =
    entry === null ? key : runningTitle(plan, { ...entry, text: entry.use === null ? stamped.text : entry.text }, stamped)
  return {
    task,
    step,
    key,
    purpose,
    title,
    limitMs: timeoutMs,
    sinceMs: nowMs,
    progress: null,
    isPolled: (entry?.everyMs ?? null) !== null,
    tail: [],
    lines: 0,
    rest: '',
  }
}

/** The part, its item and its round: what one head is printed for. */
function partKey(plan: Plan, step: string | null, key: Key | null): string {
  const { part } = placeOf(plan, step, key)
  return `${part?.id ?? step ?? ''}[${key === null ? '' : (itemIn(key) ?? '')}]${key?.replace(/^[^@]*/, '') ?? ''}`
}
