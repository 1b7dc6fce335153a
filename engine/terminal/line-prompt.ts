import { createInterface } from 'node:readline'
import { helpLines } from './key-line.ts'
import type { KeyPrompt, Pressed } from './key-prompt.ts'
import type { Act, AskText } from './offer.ts'

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
  io: { readonly input: LineInput; readonly write: (text: string) => void; readonly signal: AbortSignal },
): Promise<Pressed> {
  let mode: AskText | null = config.first
  let notice = config.notice
  for (;;) {
    const tick = config.tick?.() ?? ''
    for (const line of [tick, notice]) if (line !== '') io.write(`${line}\n`)
    notice = ''
    io.write(mode === null ? `${config.keys}\n` : mode.label)
    const line = await io.input.next(io.signal)
    if (line === null) return null
    if (mode === null) {
      const act = actOf(config, line.trim())
      if (act === null) notice = line.trim() === '' ? '' : config.notAKey(line.trim().slice(0, 20))
      else if (act.does === 'text') mode = act
      else return { act, echo: '' }
      continue
    }
    const next: ReturnType<AskText['become']> = mode.become(line)
    if (next.does === 'refuse') {
      notice = next.why
      if (mode.typed === true || line.trim() === '') mode = null
    } else if (next.does === 'text') mode = next
    else return { act: next, echo: '' }
  }
}

function actOf(config: KeyPrompt, key: string): Act | null {
  if (key === '?') return { does: 'show', lines: () => [...helpLines(config.offers), ''] }
  return config.offers.find((offer) => offer.key === key)?.act ?? null
}
