import type { Message } from '../model/fact.ts'
import type { Lang } from '../model/runbook.ts'

/** What a terminal is opened with. */
export interface TerminalOptions {
  readonly lang: Lang
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly color: boolean
  readonly columns: () => number
  /** Wall time in milliseconds; only for what is drawn while waiting. */
  readonly now: () => number
  /** Opens a text in the person's editor; null when nothing was changed. The terminal is lent for that long. */
  readonly editor: (text: string) => Promise<string | null>
  /** Ctrl-C: the first and every further one. What it means is the caller's decision. */
  readonly onInterrupt: () => void
  /** Something said with a key while a step runs. */
  readonly onMessage: (message: Message) => void
  /** Keeps a secret that was typed and gives its reference. @default the name */
  readonly keepSecret?: (name: string, text: string) => string
  /** Lines only: no cursor, no single keys. @default `TERM=dumb`, or an output that is no terminal */
  readonly plain?: boolean
  /** Symbols with plain twins. @default the locale is not UTF-8 */
  readonly ascii?: boolean
}
