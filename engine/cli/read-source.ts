import { decodeRunbook, parseRunbook } from '../document/parse.ts'
import type { Problem } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { readBounded } from '../workspace/text-file.ts'
import { usageProblem } from './problems-out.ts'

/** A file as it was read, and what is wrong with it; no runbook where it is none. */
export interface Source {
  readonly bytes: Uint8Array
  readonly source: string
  readonly runbook: Runbook | null
  readonly problems: Problem[]
}

/** Reads a runbook from its bytes; `file` is how the person named it. */
export async function readSource(file: string, path: string): Promise<Source> {
  const nothing = (reason: string, rule = 'unreadable'): Source => ({
    bytes: new Uint8Array(),
    source: '',
    runbook: null,
    problems: [usageProblem({ rule, reason, file })],
  })
  let bytes: Uint8Array
  try {
    const read = await readBounded(path)
    if (typeof read === 'string') return nothing(read, read.includes('size') ? 'too-large' : 'unreadable')
    bytes = read
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = { ENOENT: 'there is no such file', EACCES: 'it may not be read by this account' }
    return nothing(`Unexpected file ${file}, expected a runbook: ${why[code as keyof typeof why] ?? code ?? 'it cannot be read'}`)
  }
  const decoded = decodeRunbook(bytes)
  if (!decoded.ok) return nothing(decoded.reason, decoded.reason.includes('size') ? 'too-large' : 'not-text')
  const { runbook, problems } = parseRunbook({ file, source: decoded.source })
  const refused =
    runbook === null
      ? problems.map((one) => (one.rule === 'not-a-runbook' ? { ...one, severity: 'error' as const } : one))
      : problems
  return { bytes, source: decoded.source.replace(/^\uFEFF/, ''), runbook, problems: refused }
}
