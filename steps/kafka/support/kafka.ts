import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { defineResource } from '../../../engine/index.ts'
import type { StepTools } from '../../../engine/index.ts'
import { readClientProperties } from './client-properties.ts'
import type { Cluster, Known } from './cluster.ts'
import type { ClusterInput } from './cluster-input.ts'
import { Failed, settle } from './failure.ts'
import type { Result } from './failure.ts'
import { lookupThrough } from './wire/lookup.ts'
import { openPool } from './wire/pool.ts'
import type { Address } from './wire/settings.ts'

/** How names are looked up. */
export interface Through {
  /** Name servers, asked in place of this machine's own: `10.0.0.53`, `[::1]:5353`. */
  readonly resolvers?: readonly string[]
}

/** What steps get by `needs: { kafka }`. */
export interface Kafka {
  /** The cluster that an input names. Reads its properties file; connects when something is asked. */
  connect(input: ClusterInput & Through, tools: Pick<StepTools, 'signal' | 'root' | 'secret'>): Promise<Result<Cluster>>
  close(): void
}

/** Opens nothing yet; clusters are kept for the run. */
export function openKafka(): Kafka {
  const clusters = new Map<string, Known>()
  return {
    connect: ({ cluster: name, config, timeoutMs, resolvers = [] }, { signal, root, secret }) =>
      settle(async () => {
        const key = [name, config ?? '', ...resolvers].join('\n')
        const known = clusters.get(key) ?? open({ name, config, resolvers }, { root, secret })
        clusters.set(key, known)
        return { name, timeoutMs, signal, known }
      }),
    close() {
      for (const { pool } of clusters.values()) pool.close()
      clusters.clear()
    },
  }
}

function open(
  { name, config, resolvers }: Required<Through> & { readonly name: string; readonly config: string | undefined },
  { root, secret }: Pick<StepTools, 'root' | 'secret'>,
): Known {
  const readFile = (path: string): Buffer => readFileSync(isAbsolute(path) ? path : join(root, path))
  const security =
    config === undefined ? { tls: null, sasl: null } : readClientProperties(textOf(config, readFile), { readFile, secret })
  const lookup = resolvers.length === 0 ? {} : { lookup: lookupThrough(resolvers) }
  return { pool: openPool({ bootstrap: addressesOf(name), ...security, ...lookup }), nodes: new Map(), answered: null }
}

function textOf(config: string, readFile: (path: string) => Buffer): string {
  try {
    return readFile(config).toString()
  } catch (error) {
    throw new Failed({
      type: 'settings',
      reason: `${config} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    })
  }
}

/** `host:port,[::1]:9092` as addresses. */
function addressesOf(bootstrap: string): readonly Address[] {
  return bootstrap.split(',').map((one) => {
    const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(one.trim()) ?? []
    return { host, port: Number(port) }
  })
}

/** Kafka clusters, connected when first asked and closed at the run's end: `needs: { kafka }`. */
export const kafka = defineResource<Kafka>({
  name: 'kafka',
  open: () => Promise.resolve(openKafka()),
  close: (value) => Promise.resolve(value.close()),
})
