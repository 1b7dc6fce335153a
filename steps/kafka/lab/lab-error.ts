/** Something the lab cannot do here and now, in words for who called it. `exitCode` 2 means that the call was wrong. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
