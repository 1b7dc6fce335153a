/** The one table of exit codes; `rulings.md` and the README say the same. */
export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  rolledBack: 3,
  checkFailed: 4,
  rolledBackInPart: 5,
  waiting: 6,
  locked: 7,
  stopped: 10,
  bug: 20,
} as const

/** Ends a command early with an exit code; what there was to say has been said. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}
