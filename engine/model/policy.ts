/** What the project file (`reprise.yaml`) decides; every field has its default. Durations are in milliseconds. */
export interface Policy {
  /** Names of environments that count as production. @default ['production', 'prod'] */
  readonly production: readonly string[]
  /** Fence language → command, for `python`, `node`, `sql`. @default {} */
  readonly interpreters: Readonly<Record<string, string>>
  readonly limits: {
    /** How long a check stays fresh. @default 600000 */
    readonly freshMs: number
    /** Of a block without a written one. @default 300000 */
    readonly timeoutMs: number
    /** From TERM to KILL. @default 10000 */
    readonly graceMs: number
    /** How long an approval is good for. @default 86400000 */
    readonly approvalMs: number
  }
  /** Role → who may approve, and how the name must be known. */
  readonly approvers: Readonly<
    Record<
      string,
      {
        readonly names: readonly string[]
        readonly keys: readonly string[]
        /** Null: `signed` where there are keys; in production `other account`; else `declared`. */
        readonly how: 'signed' | 'other account' | 'declared' | null
      }
    >
  >
  /** Severities by rule; can lower the catalogue's, never the format's. */
  readonly severities: Readonly<Record<string, 'error' | 'warning' | 'info' | 'off'>>
  /** Regular expressions whose matches are redacted. */
  readonly redact: readonly string[]
}
