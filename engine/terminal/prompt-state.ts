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

/** What a prompt shows: its keys (`mode` null), or a line of text and what it is for. */
export interface PromptState {
  readonly mode: AskText | null
  readonly value: string
  readonly notice: string
}

/** What Enter makes of a line: the prompt's next state, or its end. */
export type Entered = { readonly state: PromptState } | { readonly pressed: Pressed }

/** A line was entered: it is said, asks for more, or is refused. */
export function enterText(asked: AskText, value: string): Entered {
  const next = asked.become(value)
  // A confirmation that was not typed goes back to the keys: anything else than the word is a no.
  if (next.does === 'refuse') return { state: { mode: asked.typed === true ? null : asked, value: '', notice: next.why } }
  if (next.does === 'text') return { state: { mode: next, value: '', notice: '' } }
  return { pressed: { act: next, echo: `${asked.label}${asked.hidden === true ? '•••' : value}` } }
}

/** What a key stands for; null for one that has no meaning here. */
export function actOf(config: KeyPrompt, key: string): Act | null {
  if (key === '?') return { does: 'show', lines: () => [...helpLines(config.offers), ''] }
  return config.offers.find((offer) => offer.key === key)?.act ?? null
}

/** What stays on screen of a key: `[r] run`. */
export function echoOf(config: KeyPrompt, key: string): string {
  const word = config.offers.find((offer) => offer.key === key)?.word
  return word === undefined ? '' : `[${key}] ${word}`
}

/** The prompt as text; the cursor stands at its end. */
export function promptText(config: KeyPrompt, { mode, value, notice }: PromptState): string {
  const above = [config.tick?.() ?? '', notice].filter((line) => line !== '')
  const shown = mode?.hidden === true ? '*'.repeat(value.length) : value
  return [...above, mode === null ? `${config.keys} ` : `${mode.label}${shown}`].join('\n')
}
