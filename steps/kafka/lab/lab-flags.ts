import { parseArgs } from 'node:util'
import { kafkaHome } from './kafka-home.ts'
import { LabError } from './lab-error.ts'
import type { LoadOrder } from './load-files.ts'
import type { Asked } from './lab-up.ts'
import { hasTwoLines, SECURITIES, TOPOLOGIES, VERSIONS, type Topology } from './topology.ts'

/** What `reprise lab` was called with. */
export type Flags = ReturnType<typeof parseFlags>['values']

/** Takes words and flags apart; an unknown flag is an error of the caller. */
export function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        topology: { type: 'string' },
        version: { type: 'string' },
        security: { type: 'string' },
        links: { type: 'boolean' },
        services: { type: 'boolean' },
        home: { type: 'string' },
        'base-port': { type: 'string' },
        json: { type: 'boolean' },
        quiet: { type: 'boolean' },
        topic: { type: 'string' },
        partitions: { type: 'string' },
        rate: { type: 'string' },
      },
    })
  } catch (error) {
    throw new LabError((error as Error).message, 2)
  }
}

/** The lab that flags ask for. */
export function askedBy(flags: Flags, home: string): Asked {
  const topology: Topology = oneOf('topology', TOPOLOGIES, flags.topology ?? 'dr')
  const isOld = hasTwoLines(topology)
  const installed = kafkaHome()
  const usual = isOld ? '3.9.2' : (installed?.version ?? '4.3.1')
  const version = oneOf('version', isOld ? (['3.9.2'] as const) : VERSIONS, flags.version ?? usual)
  const security = oneOf('security', SECURITIES, flags.security ?? 'none')
  const basePort = flags['base-port'] === undefined ? undefined : Number(flags['base-port'])
  if (basePort !== undefined && !(Number.isInteger(basePort) && basePort >= 1024 && basePort <= 65_000))
    throw new LabError('--base-port: expected a number between 1024 and 65000', 2)
  const [links, services] = [flags.links === true, flags.services === true]
  return { topology, version, security, links, services, installed, basePort, home }
}

/** What a load shall do otherwise than by default. */
export function loadFlags({ topic, partitions, rate }: Flags): Partial<Omit<LoadOrder, 'cluster' | 'readers'>> {
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(partitions === undefined ? {} : { partitions: whole('partitions', partitions) }),
    ...(rate === undefined ? {} : { rate: whole('rate', rate) }),
  }
}

function whole(flag: string, given: string): number {
  const value = Number(given)
  if (!Number.isInteger(value) || value < 1) throw new LabError(`--${flag}: expected a number above 0`, 2)
  return value
}

function oneOf<T extends string>(flag: string, known: readonly T[], given: string): T {
  const found = known.find((one) => one === given)
  if (found === undefined) throw new LabError(`--${flag}: unexpected ${given}, expected ${known.join(', ')}`, 2)
  return found
}
