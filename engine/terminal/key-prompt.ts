import { createPrompt, isEnterKey, useEffect, useKeypress, useRef, useState } from '@inquirer/core'
import { helpLines } from './key-line.ts'
import type { Act, AskText, Offer } from './offer.ts'

/** What the prompt shows and which keys it takes. */
export interface KeyPrompt {
  readonly offers: readonly Offer[]
  /** The last line of the screen. */
  readonly keys: string
  /** Begins with this line of text instead of the keys; Esc or a wrong text comes back to them. */
  readonly first: AskText | null
  /** A line above the keys, until one is pressed. */
  readonly notice: string
  /** A line that changes with time: `it rolls back in 7s without an answer`. */
  readonly tick: (() => string) | null
  readonly notAKey: (key: string) => string
  readonly noPaste: string
}

/** What was pressed, and what stays on screen of it. Null when the input was closed. */
export type Pressed = { readonly act: Act; readonly echo: string } | null

const TICK_MS = 500

interface Burst {
  pressed: Pressed
  readonly timer: NodeJS.Timeout
}

/**
 * One line of keys, or one line of text, drawn over itself at the bottom of the screen. A single key acts at once;
 * several characters in one go are a paste and press nothing, so that a pasted word never runs a change.
 */
export const keyPrompt = createPrompt<Pressed, KeyPrompt>((config, done) => {
  const [mode, setMode] = useState<AskText | null>(config.first)
  const [value, setValue] = useState('')
  const [notice, setNotice] = useState(config.notice)
  const [, setTick] = useState(0)
  const pasting = useRef(false)
  const burst = useRef<Burst | null>(null)
  const count = useRef(0)

  useEffect((rl) => {
    const timer = config.tick === null ? null : setInterval(() => setTick((count.current += 1)), TICK_MS)
    // Ctrl-D closes readline and inquirer would wait for ever: the caller asks again, or sees that the input is gone.
    const closed = (): void => done(null)
    rl.on('close', closed)
    return () => {
      if (timer !== null) clearInterval(timer)
      if (burst.current !== null) clearTimeout(burst.current.timer)
      rl.removeListener('close', closed)
    }
  }, [])

  useKeypress((event, rl) => {
    if (event.name === 'paste-start') pasting.current = true
    if (event.name === 'paste-end') pasting.current = false
    if (event.name === 'paste-start' || event.name === 'paste-end') return
    if (mode === null) {
      const sequence = (event as { readonly sequence?: string }).sequence ?? event.name
      rl.clearLine(0)
      pressKey(sequence, isEnterKey(event))
      return
    }
    if (mode.typed === true && pasting.current) {
      rl.clearLine(0)
      setValue('')
      setNotice(config.noPaste)
      return
    }
    if (event.name === 'escape') {
      rl.clearLine(0)
      setValue('')
      setNotice('')
      setMode(null)
      return
    }
    if (!isEnterKey(event)) {
      setValue(rl.line)
      return
    }
    rl.clearLine(0)
    setValue('')
    enter(mode)
  })

  function pressKey(sequence: string, isEnter: boolean): void {
    // Enter is never the key of anything; after a key it is the habit of those who come from line-based prompts.
    if (pasting.current || isEnter) return
    if (burst.current !== null) {
      burst.current.pressed = null
      setNotice(config.noPaste)
      return
    }
    const act = sequence === '?' ? help(config.offers) : config.offers.find(({ key }) => key === sequence)?.act
    if (act?.does === 'text') {
      setNotice('')
      setMode(act)
      return
    }
    if (act === undefined && /^[^\p{C}\s]$/u.test(sequence)) setNotice(config.notAKey(sequence))
    const word = config.offers.find(({ key }) => key === sequence)?.word
    const echo = word === undefined ? '' : `[${sequence}] ${word}`
    // What comes in the same turn of the event loop came in one piece.
    const one: Burst = {
      pressed: act === undefined ? null : { act, echo },
      timer: setTimeout(() => {
        burst.current = null
        if (one.pressed !== null) done(one.pressed)
      }, 0),
    }
    burst.current = one
  }

  function enter(asked: AskText): void {
    const next = asked.become(value)
    if (next.does === 'refuse') {
      setNotice(next.why)
      if (asked.typed === true) setMode(null)
      return
    }
    if (next.does === 'text') {
      setNotice('')
      setMode(next)
      return
    }
    done({ act: next, echo: `${asked.label}${asked.hidden === true ? '•••' : value}` })
  }

  const above = [config.tick === null ? '' : config.tick(), notice].filter((line) => line !== '')
  const last = mode === null ? `${config.keys} ` : `${mode.label}${mode.hidden === true ? '*'.repeat(value.length) : value}`
  return [...above, last].join('\n')
})

function help(offers: readonly Offer[]): Act {
  return { does: 'show', lines: () => [...helpLines(offers), ''] }
}
