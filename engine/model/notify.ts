/** When a notification goes out. */
export type NotifyMoment = 'started' | 'waiting' | 'failed' | 'escalated' | 'ended'

/** Somewhere to send a message: a web hook, or a command that gets it on its standard input. */
export interface NotifyTarget {
  readonly name: string
  /** An address, or where to get it: `env:NAME`, `file:PATH`, `cmd:COMMAND`; null: it is a command. */
  readonly url: string | null
  readonly command: string | null
  readonly on: readonly NotifyMoment[]
}
