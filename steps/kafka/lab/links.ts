import { LabError } from './lab-error.ts'
import { labProgram } from './folders.ts'
import { FRONTS, frontPort } from './name-server.ts'
import { until } from './poll.ts'
import { fetchText } from './readiness.ts'
import { startProcess } from './supervise.ts'
import { brokersOf, isBroker, nodesOf, type LabPlan } from './topology.ts'

/** How a link behaves. */
export interface LinkRule {
  /** `cut`: refused and closed. `half-open`: connections stand and nothing passes. */
  readonly state: 'open' | 'cut' | 'half-open'
  readonly delayMs: number
  /** 0: as fast as it goes. */
  readonly bytesPerS: number
}

export const OPEN: LinkRule = { state: 'open', delayMs: 0, bytesPerS: 0 }

/** A proxy before a listener: `p1` for clients, `wan:p1` for the other cluster, `front:primary` where clients meet a cluster first. */
export interface Link {
  readonly name: string
  readonly host: string
  readonly port: number
  /** The first that takes the connection. */
  readonly to: readonly number[]
}

/** The links of a lab: none where it was not started with them. */
export function linksOf(plan: LabPlan): readonly Link[] {
  const brokers = nodesOf(plan).filter(isBroker)
  const host = '127.0.0.1'
  const listeners = brokers.flatMap(({ name, cluster, ports }) => [
    { name, host, port: ports.clients, to: [ports.clientsBehind] },
    ...(plan.topology === 'dr' && cluster === 'primary'
      ? [{ name: `wan:${name}`, host, port: ports.wan, to: [ports.wanBehind] }]
      : []),
  ])
  const fronts = (['primary', 'dr'] as const).flatMap((cluster) => {
    const to = brokersOf(brokers, cluster).map(({ ports }) => ports.clients)
    return to.length === 0 ? [] : [{ name: `front:${cluster}`, host: FRONTS[cluster], port: frontPort(plan), to }]
  })
  return [...(plan.links ? listeners : []), ...(plan.services ? fronts : [])]
}

/** The links that a word means: one, all of a cluster's clients (`primary`, `dr`), or all between the clusters (`wan`). */
export function linksNamed(plan: LabPlan, word: string): readonly Link[] {
  const links = linksOf(plan)
  if (links.length === 0) throw new LabError('this lab has no links: reprise lab down, then up --links (or --services)', 2)
  const clusters = new Map(nodesOf(plan).map(({ name, cluster }) => [name, cluster as string]))
  const found = links.filter(
    ({ name }) => name === word || clusters.get(name) === word || (word === 'wan' && name.startsWith('wan:')),
  )
  const known = [...links.map(({ name }) => name), 'primary', ...(plan.topology === 'dr' ? ['dr', 'wan'] : [])]
  if (found.length === 0) throw new LabError(`no link "${word}": ${known.join(', ')}`, 2)
  return found
}

const controlPort = ({ basePort }: LabPlan): number => basePort + 95

/** Starts the one process that all links of a lab go through. */
export async function startLinks(plan: LabPlan): Promise<void> {
  const links = linksOf(plan)
  if (links.length === 0) return
  const argv = [process.execPath, labProgram('link'), String(controlPort(plan)), JSON.stringify(links)]
  startProcess(plan.home, { name: 'links', argv })
  await until(async () => ((await fetchText(controlUrl(plan))) === null ? null : true), {
    what: () => 'the links do not answer: see the log of links',
    timeoutMs: 10_000,
  })
}

const controlUrl = (plan: LabPlan): string => `http://127.0.0.1:${controlPort(plan)}/`

/** Lets links behave in this way from now on. */
export async function setLinks(
  plan: LabPlan,
  { names, rule }: { readonly names: readonly string[]; readonly rule: LinkRule },
): Promise<void> {
  const body = JSON.stringify({ names, rule })
  const response = await fetch(controlUrl(plan), { method: 'PUT', body, signal: AbortSignal.timeout(5000) }).catch(() => null)
  if (response?.ok !== true) throw new LabError('the links do not answer: reprise lab up starts them again')
}
