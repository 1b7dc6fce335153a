import type { Json, StepOutcome, StepTools } from '../../../engine/index.ts'
import { type Config, readConfig, shownConfig } from './config.ts'
import { notObeyed } from './not-obeyed.ts'
import { ask, connectorPath, type Deadline, type Worker } from './rest.ts'

/** What became of a connector's configuration. */
export interface PutOutcome {
  readonly created: boolean
  readonly changed: string[]
}

interface How {
  readonly deadline: Deadline
  readonly tools: StepTools
}

/** The connector, and the state it begins in where it is new. */
export interface PutTarget extends Worker {
  readonly connector: string
  readonly initialState: 'RUNNING' | 'PAUSED' | 'STOPPED'
}

/** Keys whose value is another, in order; null counts as without any. */
export function differences(now: Config | null, wanted: Config): string[] {
  const keys = new Set([...Object.keys(now ?? {}), ...Object.keys(wanted)])
  return [...keys].filter((key) => key !== 'name' && now?.[key] !== wanted[key]).toSorted()
}

/** In which keys a connector differs, for sentences. */
export const sayDifferences = (name: string, changed: readonly string[]): string =>
  changed.length === 0 ? `${name} has this configuration` : `${name} differs in ${changed.join(', ')}`

/** Creates a connector or changes one, and reads back what the worker made of it. */
export async function putConfig(
  given: PutTarget,
  { config, before, isNew }: { readonly config: Config; readonly before: Config | null; readonly isNew: boolean },
  how: How,
): Promise<StepOutcome<PutOutcome>> {
  const { connector: name, initialState } = given
  const changed = differences(before, config)
  // Only a POST can name the state to begin in.
  const said = isNew
    ? await ask(given, { method: 'POST', path: '/connectors', json: { name, config, initial_state: initialState } }, how)
    : await ask(given, { method: 'PUT', path: connectorPath(name, '/config'), json: config }, how)
  if (!said.ok) return notObeyed(said)
  const after = await readConfig(given, name, how)
  const evidence = { url: given.url, connector: name, changed, config: shownConfig(config) } as unknown as Json
  if (!after.ok) return { status: 'unknown', verdict: 'unknown', summary: after.reason, evidence }
  const left = differences(after.config, config)
  if (left.length > 0) return { status: 'failed', verdict: 'fail', summary: sayDifferences(name, left), evidence }
  const summary = isNew
    ? `${name} is created`
    : changed.length === 0
      ? `${name} already had it`
      : `${name} changed in ${changed.join(', ')}`
  return { status: 'done', verdict: 'pass', summary, output: { created: isNew, changed }, evidence }
}

/** Takes a connector away that was not there before. */
export async function removeConnector(given: PutTarget, how: How): Promise<StepOutcome<unknown>> {
  const said = await ask(given, { method: 'DELETE', path: connectorPath(given.connector) }, how)
  const isGone = said.ok || (said.why === 'refused' && said.status === 404)
  return isGone ? { status: 'done', summary: `${given.connector} is removed, as it was before` } : notObeyed(said)
}
