import { setTimeout as sleep } from 'node:timers/promises'
import { hiddenLine } from './hidden-line.ts'
import { linePrompt, openLineInput } from './line-prompt.ts'
import { apart, printable } from './printable.ts'
import { DRAIN_MS, type Screen, type ScreenOptions } from './screen-port.ts'

/** The screen of a terminal that can do nothing: lines out, and a key with Enter in. */
export function plainScreen({ input, output, ascii, onKey, onInterrupt }: ScreenOptions): Screen {
  const open = (): ReturnType<typeof openLineInput> => openLineInput(input, (line) => onKey(line.trim().slice(0, 1)))
  let reader = open()
  let held: string[] | null = null
  let isApart = true
  const write = (lines: readonly string[]): void => {
    if (lines.length === 0) return
    isApart = lines.at(-1) === ''
    output.write(`${printable(lines, { color: false, ascii }).join('\n')}\n`)
  }
  const hidden = async (signal: AbortSignal): Promise<string | null> => {
    if (!input.isTTY) return reader.next(signal)
    reader.close()
    try {
      return await hiddenLine(input, { signal, onInterrupt })
    } finally {
      reader = open()
      input.resume()
    }
  }
  return {
    print(lines) {
      if (held === null) write(lines)
      else held.push(...lines)
    },
    live: () => undefined,
    async prompt(config, { above, drain, signal }) {
      // Lines typed before the question go to `onKey`, which knows no answers.
      if (drain) await sleep(DRAIN_MS, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) throw signal.reason
      write(apart(above, isApart))
      isApart = false
      held = []
      try {
        const next = (from: AbortSignal): Promise<string | null> => reader.next(from)
        return await linePrompt(config, { input: { next }, hidden, write: (text) => void output.write(text), signal })
      } finally {
        const waiting = held
        held = null
        write(waiting)
      }
    },
    async lend(use) {
      reader.close()
      input.pause()
      try {
        return await use()
      } finally {
        reader = open()
        input.resume()
      }
    },
    copy: () => undefined,
    close() {
      reader.close()
      input.pause()
    },
  }
}
