import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { defineResource } from '../../../engine/index.ts'
import type { StepTools } from '../../../engine/index.ts'
import { readClientProperties } from './client-properties.ts'
import type { Cluster, Known } from './cluster.ts'
import type { ClusterInput } from './cluster-input.ts'
import { Failed, settle } from './failure.ts'
import type { Result } from './failure.ts'
import { openPool } from './wire/pool.ts'
import type { Address } from './wire/settings.ts'

/** What steps get by `needs: { kafka }`. */
export interface Kafka {
  /** The cluster that an input names. Reads its properties file; connects when something is asked. */
  connect(input: ClusterInput, tools: Pick<StepTools, 'signal' | 'root' | 'secret'>): Promise<Result<Cluster>>
  close(): void
}

/** Opens nothing yet; clusters are kept for the run. */
export function openKafka(): Kafka {
  const clusters = new Map<string, Known>()
  return {
    connect: ({ cluster: name, config, timeoutMs }, { signal, root, secret }) =>
      settle(async () => {
        const key = `${name}\n${config ?? ''}`
        const known = clusters.get(key) ?? open(name, config, { root, secret })
        clusters.set(key, known)
        return { name, timeoutMs, signal, known }
      }),
    close() {
      for (const { pool } of clusters.values()) pool.close()
      clusters.clear()
    },
  }
}

function open(name: string, config: string | undefined, { root, secret }: Pick<StepTools, 'root' | 'secret'>): Known {
  const readFile = (path: string): Buffer => readFileSync(isAbsolute(path) ? path : join(root, path))
  const security =
    config === undefined ? { tls: null, sasl: null } : readClientProperties(textOf(config, readFile), { readFile, secret })
  return { pool: openPool({ bootstrap: addressesOf(name), ...security }), nodes: new Map(), answered: null }
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
