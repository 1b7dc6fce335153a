import { createInterface } from 'node:readline'
import { actOf, enterText, type Entered, type KeyPrompt, type Pressed, promptText, type PromptState } from './prompt-state.ts'

/** Lines that a person types where keys cannot be read one by one. */
export interface LineInput {
  /** The next line; null when the input ended. Lines typed before this call went to `onLine`. */
  next(signal: AbortSignal): Promise<string | null>
  close(): void
}

/** Reads lines for as long as the terminal is open. A line that nobody asked for goes to `onLine`. */
export function openLineInput(input: NodeJS.ReadableStream, onLine: (line: string) => void): LineInput {
  const lines = createInterface({ input, terminal: false })
  let waiting: ((line: string | null) => void) | null = null
  let ended = false
  lines.on('line', (line) => {
    const take = waiting
    waiting = null
    if (take === null) onLine(line)
    else take(line)
  })
  lines.on('close', () => {
    ended = true
    waiting?.(null)
  })
  return {
    next: (signal) =>
      new Promise((resolve, reject) => {
        if (ended) {
          resolve(null)
          return
        }
        const withdraw = (): void => {
          waiting = null
          reject(signal.reason as Error)
        }
        if (signal.aborted) {
          withdraw()
          return
        }
        signal.addEventListener('abort', withdraw, { once: true })
        waiting = (line) => {
          signal.removeEventListener('abort', withdraw)
          resolve(line)
        }
      }),
    close: () => lines.close(),
  }
}

/** The key prompt in lines: the key and Enter; an empty line changes nothing. */
export async function linePrompt(
  config: KeyPrompt,
  io: {
    readonly input: Pick<LineInput, 'next'>
    /** The same for a line that nobody may see. */
    readonly hidden: LineInput['next']
    readonly write: (text: string) => void
    readonly signal: AbortSignal
  },
): Promise<Pressed> {
  let state: PromptState = { mode: config.first, value: '', notice: config.notice }
  for (;;) {
    io.write(`${promptText(config, state)}${state.mode === null ? '\n' : ''}`)
    const isHidden = state.mode?.hidden === true
    const line = await (isHidden ? io.hidden(io.signal) : io.input.next(io.signal))
    if (line === null) return null
    if (isHidden) io.write(`${line === '' ? '' : '•••'}\n`)
    const key = line.trim()
    if (state.mode === null) {
      const act = actOf(config, key)
      if (act !== null && act.does !== 'text') return { act, echo: '' }
      state = { mode: act, value: '', notice: act === null && key !== '' ? config.notAKey(key.slice(0, 20)) : '' }
      continue
    }
    const entered: Entered = enterText(state.mode, line)
    if ('pressed' in entered) return entered.pressed
    // There is no Esc here: an empty line goes back to the keys.
    state = key === '' ? { ...entered.state, mode: null } : entered.state
  }
}
