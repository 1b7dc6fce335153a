import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyPrompt, type KeyPrompt, type Pressed } from './key-prompt.ts'
import { linePrompt, openLineInput } from './line-prompt.ts'
import { openLiveLines, openPlainLines } from './live-lines.ts'
import { paint } from './paint.ts'

/** The one place that reads from and writes to a terminal. */
export interface Screen {
  /** Prints lines for good; while a prompt stands they wait for its end. */
  print(lines: readonly string[]): void
  /** Replaces the live lines at the bottom. */
  live(lines: readonly string[]): void
  /** Throws away what was typed before, prints the screen, and asks. Rejects with the signal's reason. */
  prompt(
    config: KeyPrompt,
    options: { readonly above: readonly string[]; readonly drain: boolean; readonly signal: AbortSignal },
  ): Promise<Pressed>
  /** Gives the terminal away, in the state in which it was found. */
  lend<T>(use: () => Promise<T>): Promise<T>
  /** Puts text on the clipboard, where the terminal can. */
  copy(text: string): void
  close(): void
}

/** What a screen is drawn on. */
export interface ScreenOptions {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly color: boolean
  readonly columns: () => number
  /** `TERM=dumb`, or an output that is no terminal. */
  readonly plain: boolean
  /** Symbols are printed as their plain twins. */
  readonly ascii: boolean
  readonly onInterrupt: () => void
  /** A key pressed while no question stands. */
  readonly onKey: (key: string) => void
}

/** Typed-ahead input is dropped for so long before every question: measured, 16 ms are enough for a pty. */
const DRAIN_MS = 50
const CTRL_C = '\u0003'
const PASTE_ON = '\u001b[?2004h'
const PASTE_OFF = '\u001b[?2004l'

/** Opens the screen; nothing else may use the terminal until it is closed or lent. */
export function openScreen(options: ScreenOptions): Screen {
  return options.plain ? plainScreen(options) : liveScreen(options)
}

function liveScreen({ input, output, color, columns, ascii, onInterrupt, onKey }: ScreenOptions): Screen {
  const lines = openLiveLines(output, columns)
  let held: string[] | null = null
  let below: readonly string[] = []
  const onData = (chunk: Buffer | string): void => {
    const text = chunk.toString()
    if (text.includes(CTRL_C)) onInterrupt()
    else if (/^[^\p{C}]$/u.test(text)) onKey(text)
  }
  const listen = (): void => {
    input.setRawMode(true)
    input.on('data', onData)
    input.resume()
  }
  const unlisten = (): void => {
    input.removeListener('data', onData)
    input.pause()
  }
  const write = (printed: readonly string[]): void => {
    if (printed.length > 0) lines.print(asciiOnly(color ? paint(printed) : printed, ascii).join('\n'))
  }
  const release = (): void => {
    const waiting = held ?? []
    held = null
    write(waiting)
    lines.show(below)
  }
  listen()
  return {
    print(printed) {
      if (held === null) write(printed)
      else held.push(...printed)
    },
    live(next) {
      below = next
      if (held === null) lines.show(asciiOnly(next, ascii))
    },
    async prompt(config, { above, drain, signal }) {
      lines.show([])
      try {
        // The reader above drops every key while `held` is set, but not Ctrl-C.
        input.removeListener('data', onData)
        if (drain) await drained(input, signal, onInterrupt)
        write(above)
        held ??= []
        output.write(PASTE_ON)
        input.pause()
        const pressed = await keyPrompt(config, { input, output, signal, clearPromptOnDone: true })
        if (pressed !== null && pressed.echo !== '') output.write(`${pressed.echo}\n`)
        return pressed
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (error instanceof Error && error.name === 'ExitPromptError') {
          onInterrupt()
          // What the interruption withdraws is not asked again.
          await sleep(100, undefined, { signal }).catch(() => undefined)
          if (signal.aborted) throw signal.reason
          return await this.prompt({ ...config, first: null }, { above: [], drain: false, signal })
        }
        throw error
      } finally {
        output.write(PASTE_OFF)
        input.removeListener('data', onData)
        listen()
        release()
      }
    },
    async lend(use) {
      lines.show([])
      unlisten()
      input.setRawMode(false)
      try {
        return await use()
      } finally {
        listen()
        lines.show(below)
      }
    },
    // OSC 52: over ssh too; a terminal that does not know it ignores it.
    copy: (text) => void output.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
    close() {
      lines.show([])
      unlisten()
      input.setRawMode(false)
    },
  }
}

const TWINS: Readonly<Record<string, string>> = {
  '…': '...',
  '·': '-',
  '→': '->',
  '✓': 'ok',
  '✗': 'FAILED',
  '«': '"',
  '»': '"',
  '—': '-',
  '×': 'x',
  '•': '*',
}

function asciiOnly(lines: readonly string[], ascii: boolean): readonly string[] {
  return ascii ? lines.map((line) => line.replace(/[…·→✓✗«»—×•]/g, (symbol) => TWINS[symbol] ?? symbol)) : lines
}

/** Reads and forgets what was typed before a question. Ctrl-C is never forgotten. */
async function drained(input: Readable, signal: AbortSignal, onInterrupt: () => void): Promise<void> {
  const drop = (chunk: Buffer | string): void => {
    if (chunk.toString().includes(CTRL_C)) onInterrupt()
  }
  input.on('data', drop)
  input.resume()
  try {
    await sleep(DRAIN_MS, undefined, { signal })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    input.removeListener('data', drop)
  }
}

function plainScreen({ input, output, ascii, onKey }: ScreenOptions): Screen {
  const lines = openPlainLines(output)
  const open = (): ReturnType<typeof openLineInput> => openLineInput(input, (line) => onKey(line.trim().slice(0, 1)))
  let reader = open()
  let held: string[] | null = null
  const write = (printed: readonly string[]): void => {
    if (printed.length > 0) lines.print(asciiOnly(printed, ascii).join('\n'))
  }
  return {
    print(printed) {
      if (held === null) write(printed)
      else held.push(...printed)
    },
    live: () => undefined,
    async prompt(config, { above, drain, signal }) {
      if (drain) await sleep(DRAIN_MS, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) throw signal.reason
      write(above)
      held ??= []
      try {
        return await linePrompt(config, { input: reader, write: (text) => void output.write(text), signal })
      } finally {
        const waiting = held ?? []
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
