import { setTimeout as sleep } from 'node:timers/promises'
import { keyPrompt } from './key-prompt.ts'
import { openLiveLines } from './live-lines.ts'
import { plainScreen } from './plain-screen.ts'
import { apart, printable } from './printable.ts'
import type { KeyPrompt, Pressed } from './prompt-state.ts'
import { DRAIN_MS, type Screen, type ScreenOptions } from './screen-port.ts'

/** What an interruption withdraws is not asked again: so long it may take. */
const WITHDRAWN_MS = 100
const CTRL_C = '\u0003'
const PASTE_ON = '\u001b[?2004h'
const PASTE_OFF = '\u001b[?2004l'

/** Opens the screen; nothing else may use the terminal until it is closed or lent. */
export function openScreen(options: ScreenOptions): Screen {
  return options.plain ? plainScreen(options) : liveScreen(options)
}

function liveScreen(options: ScreenOptions): Screen {
  const { input, output } = options
  const lines = openLiveLines(output, options.columns)
  const keys = openKeys(options)
  let held: string[] | null = null
  let below: readonly string[] = []
  // A screen stands apart from what was printed before it.
  let isApart = true
  const write = (printed: readonly string[]): void => {
    if (printed.length === 0) return
    isApart = printed.at(-1) === ''
    lines.print(printable(printed, options).join('\n'))
  }
  const release = (): void => {
    const waiting = held ?? []
    held = null
    write(waiting)
    lines.show(below)
  }
  keys.listen()
  return {
    print: (printed) => (held === null ? write(printed) : void held.push(...printed)),
    live(next) {
      below = printable(next, { color: false, ascii: options.ascii })
      if (held === null) lines.show(below)
    },
    async prompt(config, given) {
      lines.show([])
      held = []
      try {
        if (given.drain) await keys.drain(given.signal)
        write(apart(given.above, isApart))
        isApart = false
        keys.ignore()
        return await askOn(options, config, given.signal)
      } finally {
        keys.listen()
        release()
      }
    },
    async lend(use) {
      lines.show([])
      held = []
      keys.ignore()
      input.setRawMode(false)
      try {
        return await use()
      } finally {
        keys.listen()
        release()
      }
    },
    // OSC 52: over ssh too; a terminal that does not know it ignores it.
    copy: (text) => void output.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
    close() {
      lines.show([])
      keys.ignore()
      input.setRawMode(false)
    },
  }
}

/** Asks by inquirer until a key is pressed; Ctrl-C is told to the caller, who may withdraw the question. */
async function askOn({ input, output, onInterrupt }: ScreenOptions, config: KeyPrompt, signal: AbortSignal): Promise<Pressed> {
  output.write(PASTE_ON)
  try {
    for (let next = config; ; next = { ...config, first: null }) {
      try {
        const pressed = await keyPrompt(next, { input, output, signal, clearPromptOnDone: true })
        // Ctrl-D closes the prompt, not the terminal.
        if (pressed === null && !input.readableEnded && !input.destroyed) continue
        if (pressed !== null && pressed.echo !== '') output.write(`${pressed.echo}\n`)
        return pressed
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
        onInterrupt()
        await sleep(WITHDRAWN_MS, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) throw signal.reason
      }
    }
  } finally {
    output.write(PASTE_OFF)
  }
}

interface Keys {
  listen(): void
  ignore(): void
  /** Reads and forgets what was typed before a question. Ctrl-C is never forgotten. */
  drain(signal: AbortSignal): Promise<void>
}

/** Single keys while no question stands. */
function openKeys({ input, onInterrupt, onKey }: ScreenOptions): Keys {
  let draining = false
  const onData = (chunk: Buffer | string): void => {
    const text = chunk.toString()
    if (text.includes(CTRL_C)) onInterrupt()
    else if (!draining && /^[^\p{C}]$/u.test(text)) onKey(text)
  }
  const ignore = (): void => {
    input.removeListener('data', onData)
    input.pause()
  }
  return {
    listen() {
      ignore()
      input.setRawMode(true)
      input.on('data', onData)
      input.resume()
    },
    ignore,
    async drain(signal) {
      draining = true
      await sleep(DRAIN_MS, undefined, { signal }).catch(() => undefined)
      draining = false
      if (signal.aborted) throw signal.reason
    },
  }
}
