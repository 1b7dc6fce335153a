import type { Key, Message, Question, Stamped, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { runningTitle } from './fact-lines.ts'
import { header } from './header.ts'
import { keyLine } from './key-line.ts'
import type { Look } from './look.ts'
import type { AskText, Offer } from './offer.ts'
import type { Progress } from './progress.ts'
import { prose } from './prose.ts'
import { keepOutput, type Running, runningLine, tailText } from './running.ts'
import type { Screen } from './screen.ts'
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

/** More executions than this side by side are counted, not shown. */
const SHOWN = 5
const REDRAW_MS = 500

/** Opens the live part of a screen. */
export function openRunningLines(given: {
  readonly look: () => Look
  readonly screen: Screen
  readonly now: () => number
  readonly onMessage: (message: Message) => void
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>
  readonly plain: boolean
}): RunningLines {
  const { look, screen, now, onMessage, inTurn, plain } = given
  const running = new Map<TaskId, Running>()
  let shownPart = ''
  let noting = false
  const closing = new AbortController()
  const redraw = (): void => {
    const lines = [...running.values()].filter(({ sinceMs }) => now() - sinceMs >= 300).slice(0, SHOWN)
    if (lines.length === 0) screen.live([])
    else screen.live([...lines.map((one) => runningLine(look(), one, now())), '', keyLine(look(), keys())])
  }
  const timer = plain ? null : setInterval(redraw, REDRAW_MS)
  timer?.unref()
  const keys = (): Offer[] => {
    const { key, ask } = look().words
    const isWait = [...running.values()].some(({ progress }) => progress !== null)
    const say = (message: Message): Offer['act'] => ({ does: 'say', said: { type: 'message', message } })
    return [
      ...(isWait ? [{ key: 'w', word: key.stopWaiting, act: say({ say: 'stop-waiting' }) }] : []),
      { key: 'n', word: key.note, act: noteText(ask.noteText, ask.reasonNeeded) },
      { key: 'p', word: key.pause, act: say({ say: 'pause' }) },
    ]
  }
  const noteText = (label: string, needed: string): AskText => ({
    does: 'text',
    label,
    become: (text) => {
      if (text.trim() === '') return { does: 'refuse', why: needed }
      const step = [...running.values()][0]?.step ?? null
      return { does: 'say', said: { type: 'message', message: { say: 'note', text: text.trim(), step } } }
    },
  })
  const note = async (act: AskText): Promise<void> => {
    const { ask } = look().words
    const offers = keys()
    const config = {
      offers,
      keys: keyLine(look(), offers),
      first: act,
      notice: '',
      tick: null,
      notAKey: ask.notAKey,
      noPaste: ask.noPaste,
    }
    const pressed = await screen.prompt(config, { above: [], drain: false, signal: closing.signal })
    if (pressed?.act.does === 'say' && pressed.act.said.type === 'message') onMessage(pressed.act.said.message)
  }
  return {
    fact(stamped, plan, state) {
      if (stamped.type === 'step-started') begin(stamped, plan, state)
      if (stamped.type === 'step-ended') {
        const ended = running.get(stamped.task)
        if (ended !== undefined && stamped.outcome.status === 'done') screen.print(tailText(look(), ended))
      }
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
      if (pressed === '?') screen.print(keys().map(({ key, word }) => `  [${key}] ${word}`))
      const act = keys().find(({ key }) => key === pressed)?.act
      if (act?.does === 'say' && act.said.type === 'message') onMessage(act.said.message)
      if (act?.does !== 'text') return
      noting = true
      void inTurn(() => note(act))
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

  function begin(stamped: Extract<Stamped, { type: 'step-started' }>, plan: Plan, state: State): void {
    const entry = entryOf(plan, stamped.step)
    const part = partKey(plan, stamped.step, stamped.key)
    if (part !== shownPart && stamped.purpose !== 'undo' && stamped.purpose !== 'diagnose') {
      shownPart = part
      const words = prose(look(), placeOf(plan, stamped.step, stamped.key).part?.prose ?? '')
      screen.print([
        '',
        ...header(look(), { plan, state, step: stamped.step, key: stamped.key, nowMs: stamped.ms }),
        '',
        ...words,
        ...(words.length > 0 ? [''] : []),
      ])
    }
    const title = entry === null ? stamped.key : runningTitle(plan, entry, stamped)
    const { task, step, key, purpose, timeoutMs } = stamped
    running.set(task, {
      task,
      step,
      key,
      purpose,
      title,
      limitMs: timeoutMs,
      sinceMs: now(),
      progress: null,
      tail: [],
      lines: 0,
      rest: '',
    })
    if (plain) screen.print([`  ${look().ascii ? '...' : '…'} ${title}`])
  }
}

/** The part, its item and its round: what one head is printed for. */
function partKey(plan: Plan, step: string | null, key: Key | null): string {
  const { part } = placeOf(plan, step, key)
  return `${part?.id ?? step ?? ''}[${key === null ? '' : (itemIn(key) ?? '')}]${key?.replace(/^[^@]*/, '') ?? ''}`
}
