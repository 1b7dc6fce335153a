import { createPrompt, isEnterKey, type KeypressEvent, useEffect, useKeypress, useRef, useState } from '@inquirer/core'
import { actOf, echoOf, enterText, type KeyPrompt, type Pressed, promptText, type PromptState } from './prompt-state.ts'

const TICK_MS = 500
const SHOWABLE = /^[^\p{C}\s]$/u

/** Keys that came in one turn of the event loop: one is pressed, several are pasted. */
interface Burst {
  pressed: Pressed
  readonly timer: NodeJS.Timeout
}

/**
 * One line of keys, or one line of text, drawn over itself at the bottom of the screen. A single key acts at once;
 * several characters in one go are a paste and press nothing, so that a pasted word never runs a change.
 */
export const keyPrompt = createPrompt<Pressed, KeyPrompt>((config, done) => {
  const [state, setState] = useState<PromptState>({ mode: config.first, value: '', notice: config.notice })
  const pasting = useRef(false)
  const burst = useRef<Burst | null>(null)
  const notice = (text: string): void => setState({ ...state, value: '', notice: text })

  useEffect((rl) => {
    // Ctrl-D closes readline and inquirer would wait for ever: the caller asks again, or sees that the input is gone.
    const closed = (): void => done(null)
    rl.on('close', closed)
    return () => {
      if (burst.current !== null) clearTimeout(burst.current.timer)
      rl.removeListener('close', closed)
    }
  }, [])
  useTick(config.tick !== null)
  useKeypress((event, rl) => {
    if (event.name === 'paste-start' || event.name === 'paste-end') {
      pasting.current = event.name === 'paste-start'
      return
    }
    const { mode } = state
    const enters = isEnterKey(event)
    const keeps = mode !== null && !enters && event.name !== 'escape' && !(mode.typed === true && pasting.current)
    if (keeps) {
      setState({ ...state, value: rl.line })
      return
    }
    rl.clearLine(0)
    if (mode === null) pressKey(sequenceOf(event), enters)
    else if (event.name === 'escape') setState({ mode: null, value: '', notice: '' })
    else if (pasting.current && mode.typed === true) notice(config.noPaste)
    else {
      const entered = enterText(mode, state.value)
      if ('state' in entered) setState(entered.state)
      else done(entered.pressed)
    }
  })

  function pressKey(key: string, enters: boolean): void {
    // Enter is never the key of anything; after a key it is the habit of those who come from line-based prompts.
    if (pasting.current || enters) return
    if (burst.current !== null) {
      burst.current.pressed = null
      notice(config.noPaste)
      return
    }
    const act = actOf(config, key)
    if (act?.does === 'text') {
      setState({ mode: act, value: '', notice: '' })
      return
    }
    if (act === null && SHOWABLE.test(key)) notice(config.notAKey(key))
    const timer = setTimeout(() => {
      const pressed = burst.current?.pressed ?? null
      burst.current = null
      if (pressed !== null) done(pressed)
    }, 0)
    burst.current = { pressed: act === null ? null : { act, echo: echoOf(config, key) }, timer }
  }

  return promptText(config, state)
})

/** Draws again twice a second, where something changes with time. */
function useTick(ticks: boolean): void {
  const [tick, setTick] = useState(0)
  useEffect(() => {
    if (!ticks) return undefined
    const timer = setTimeout(() => setTick(tick + 1), TICK_MS)
    return () => clearTimeout(timer)
  }, [tick])
}

/** The character itself: inquirer's type leaves it out, readline gives it. */
function sequenceOf(event: KeypressEvent & { readonly sequence?: string }): string {
  return event.sequence ?? event.name
}
