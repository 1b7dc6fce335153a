import { createHash } from 'node:crypto'
import { readerOf } from '../../engine/cli/reader.ts'
import { parseRunbook } from '../../engine/document/parse.ts'
import type { Answers } from '../../engine/model/answers.ts'
import type { Json } from '../../engine/model/value.ts'
import type { PlanRequest } from '../../engine/plan/request.ts'

const start = { line: 1, column: 1, endLine: 1, endColumn: 1 }

/** A request for the plan of a text, as somebody at a terminal makes it; `given` says what is different. */
export function requestFor(source: string, given: Partial<PlanRequest> = {}): PlanRequest {
  const { runbook } = parseRunbook({ file: 'book.md', source })
  if (runbook === null) throw new Error('the fixture is no runbook')
  return {
    runbook,
    file: 'book.md',
    sha256: '',
    reader: readerOf(runbook),
    stepTypes: new Map(),
    environment: null,
    environments: [],
    production: false,
    flags: {},
    answers: null,
    env: () => undefined,
    drill: null,
    allow: [],
    meant: null,
    unattended: false,
    from: null,
    policy: {
      production: ['production'],
      interpreters: {},
      limits: { freshMs: 600_000, timeoutMs: 300_000, graceMs: 10_000, approvalMs: 86_400_000 },
      approvers: {},
      severities: {},
      redact: [],
    },
    edits: new Map(),
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    ...given,
  }
}

/** An answers file of steps and parameters. */
export function answersOf(steps: Readonly<Record<string, Json>>, params: Readonly<Record<string, Json>> = {}): Answers {
  return { file: 'answers.yaml', params, steps, onFailure: {}, placeOf: () => start }
}
