import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { cacheFolder } from './folders.ts'
import { LabError } from './lab-error.ts'
import { identityOf, isAlive, type Identity } from './process-identity.ts'
import { PORTS_OF_A_LAB } from './topology.ts'

interface Claim {
  readonly home: string
  readonly claimant: Identity | null
}

/** Below the ports that the kernel gives to outgoing connections. */
const BASES = Array.from({ length: 140 }, (_, index) => 18_000 + index * PORTS_OF_A_LAB)

const claimFile = (base: number): string => join(cacheFolder(), 'ports', String(base))

/** Takes a base whose ports are all free, so that two labs never get the same; `wanted` only that one. */
export async function claimPorts(home: string, wanted: number | undefined): Promise<number> {
  mkdirSync(join(cacheFolder(), 'ports'), { recursive: true })
  for (const base of wanted === undefined ? BASES : [wanted]) {
    if (!claim(base, home)) continue
    if (await areFree(base)) return base
    rmSync(claimFile(base), { force: true })
  }
  throw new LabError(
    wanted === undefined
      ? 'no base port is free between 18000 and 32000'
      : `not all of the ports ${wanted} to ${wanted + PORTS_OF_A_LAB - 1} are free`,
  )
}

/** Gives the ports of a lab back. */
export function releasePorts(base: number, home: string): void {
  if (holderOf(base)?.home === home) rmSync(claimFile(base), { force: true })
}

function claim(base: number, home: string): boolean {
  const holder = holderOf(base)
  if (holder !== null && holder.home !== home && isLive(holder)) return false
  rmSync(claimFile(base), { force: true })
  try {
    writeFileSync(claimFile(base), JSON.stringify({ home, claimant: identityOf(process.pid) } satisfies Claim), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function holderOf(base: number): Claim | null {
  try {
    return JSON.parse(readFileSync(claimFile(base), 'utf8')) as Claim
  } catch {
    return null
  }
}

/** A claim holds while its claimant starts the lab, and as long as the lab is up. */
const isLive = ({ home, claimant }: Claim): boolean =>
  (claimant !== null && isAlive(claimant)) || existsSync(join(home, 'lab.json'))

async function areFree(base: number): Promise<boolean> {
  const ports = Array.from({ length: PORTS_OF_A_LAB }, (_, index) => base + index)
  return (await Promise.all(ports.map(isFree))).every(Boolean)
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
