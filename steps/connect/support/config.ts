import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { ask, connectorPath, type Deadline, type Said, type Worker } from './rest.ts'

/** A connector's configuration, as its worker keeps it. */
export type Config = Readonly<Record<string, string>>

const config = z.record(z.string(), z.string())

export type ReadConfig = { readonly ok: true; readonly config: Config | null } | (Said & { readonly ok: false })

/** Reads a connector's configuration; null where there is no such connector. */
export async function readConfig(
  worker: Worker,
  name: string,
  how: { readonly deadline: Deadline; readonly tools: StepTools },
): Promise<ReadConfig> {
  const said = await ask(worker, { method: 'GET', path: connectorPath(name, '/config') }, how)
  if (!said.ok) return said.why === 'refused' && said.status === 404 ? { ok: true, config: null } : said
  const read = config.safeParse(said.json)
  return read.success
    ? { ok: true, config: read.data }
    : { ok: false, why: 'unreachable', isSent: true, reason: `the configuration of ${name} is not one that Connect gives` }
}

const SECRET_KEY = /passw|secret|token|jaas|credential|\.key$/i

/** A configuration as it may be shown and kept: what looks like a secret is masked, unless a provider on the worker holds it. */
export function shownConfig(given: Config): Config {
  const mask = ([key, value]: [string, string]): [string, string] => [
    key,
    SECRET_KEY.test(key) && !/^\$\{.*\}$/.test(value) ? '•••' : value,
  ]
  return Object.fromEntries(Object.entries(given).map(mask))
}
