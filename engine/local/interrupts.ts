import type { Message } from '../model/fact.ts'

/** A signal of the system, or Ctrl-C at the terminal. */
export type Interrupt = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** What reaches a run from its own terminal at any time. The first interrupt is heard, the second ends the process at once. */
export interface Interrupts {
  /** Something said with a key while a step runs. */
  say(message: Message): void
  onMessage(listener: ((message: Message) => void) | null): void
  /** Ctrl-C at a terminal that keeps it from becoming a signal. */
  raise(name: Interrupt): void
  /** Who hears them; nobody: the process ends. */
  listen(listener: ((name: Interrupt, nth: number) => void) | null): void
  close(): void
}

const NUMBERS: Readonly<Record<Interrupt, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** `128+n`. */
export function exitCodeOf(name: Interrupt): number {
  return 128 + NUMBERS[name]
}

/** Takes the process's signals. */
export function openInterrupts(): Interrupts {
  let count = 0
  let listener: ((name: Interrupt, nth: number) => void) | null = null
  let hear: ((message: Message) => void) | null = null
  const raise = (name: Interrupt): void => {
    count += 1
    if (listener === null) process.exit(exitCodeOf(name))
    listener(name, count)
  }
  const names = Object.keys(NUMBERS) as Interrupt[]
  const handlers = names.map((name) => ({ name, handler: (): void => raise(name) }))
  for (const { name, handler } of handlers) process.on(name, handler)
  return {
    say: (message) => hear?.(message),
    onMessage(given) {
      hear = given
    },
    raise,
    listen(given) {
      listener = given
      count = 0
    },
    close() {
      for (const { name, handler } of handlers) process.off(name, handler)
    },
  }
}
