import { expect } from 'vitest'
import type { Plan } from '../../engine/model/plan.ts'
import type { Settings } from '../../engine/model/fact.ts'
import { makePlan } from '../../engine/plan/make-plan.ts'
import type { PlanRequest } from '../../engine/plan/request.ts'
import { requestFor } from '../plan/request.ts'

/** A fence with its info string. */
export const fence = (info: string, body = 'true'): string => `\`\`\`${info}\n${body}\n\`\`\`\n`

/** A command with an id, and more attributes. */
export const command = (id: string, more = ''): string => fence(`bash {command id=${id} ${more}}`, `do ${id}`)

export const check = (id: string, more = ''): string => fence(`bash {check id=${id} ${more}}`, `look ${id}`)

export const validate = (id: string, more = ''): string => fence(`bash {validate id=${id} ${more}}`, `prove ${id}`)

export const undo = (id: string, more = ''): string =>
  `**Rollback**:\n\n${fence(`bash {rollback id=${id} ${more}}`, `undo ${id}`)}`

/** A step of the procedure: its title, then what stands in it. */
export const step = (title: string, ...parts: readonly string[]): string => `### ${title}\n\n${parts.join('\n')}\n`

/** A runbook whose procedure has these steps; `around` stands before and after it. */
export function book(steps: readonly string[], around: { readonly before?: string; readonly after?: string } = {}): string {
  return `# Book\n\n${around.before ?? ''}\n## Procedure\n\n${steps.join('\n')}\n${around.after ?? ''}`
}

export const params = (...rows: string[]): string =>
  `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\n`

/** The plan of a text; problems fail the test. */
export function planOf(source: string, given: Partial<PlanRequest> = {}): Plan {
  const made = makePlan(requestFor(source, given))
  expect(made.problems).toEqual([])
  if (made.plan === null) throw new Error('no plan')
  return made.plan
}

/** Settings of a run that nobody watches. */
export function unattended(given: Partial<Settings> = {}): Settings {
  return {
    mode: 'unattended',
    operator: { name: 'ana', how: 'terminal' },
    environment: '',
    answers: null,
    drill: null,
    rollback: 'on-failure',
    allow: [],
    meant: null,
    incidentMs: 0,
    from: null,
    leaves: true,
    ...given,
  }
}

/** Settings of a run with a person at a terminal. */
export function attended(given: Partial<Settings> = {}): Settings {
  return unattended({ mode: 'attended', rollback: 'ask', leaves: false, ...given })
}
