import type { KeyPrompt, Pressed } from './prompt-state.ts'

/** The one place that reads from and writes to a terminal. */
export interface Screen {
  /** Prints lines for good; while a prompt stands they wait for its end. */
  print(lines: readonly string[]): void
  /** Replaces the live lines at the bottom. */
  live(lines: readonly string[]): void
  /** Throws away what was typed before, prints the screen, and asks. Rejects with the signal's reason. */
  prompt(config: KeyPrompt, options: PromptOptions): Promise<Pressed>
  /** Gives the terminal away, in the state in which it was found. */
  lend<T>(use: () => Promise<T>): Promise<T>
  /** Puts text on the clipboard, where the terminal can. */
  copy(text: string): void
  close(): void
}

/** How a prompt begins and ends. */
export interface PromptOptions {
  /** Printed first, for good. */
  readonly above: readonly string[]
  /** Typed-ahead input is thrown away. */
  readonly drain: boolean
  readonly signal: AbortSignal
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
export const DRAIN_MS = 50
