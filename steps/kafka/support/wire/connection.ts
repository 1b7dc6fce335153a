import { apiVersionsApi, apiVersionsV0, GREETING } from '../api/api-versions.ts'
import { CODE } from '../error-codes.ts'
import { Failed, refuseCode } from '../failure.ts'
import { openExchange } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import type { Limit } from './limit.ts'
import { logIn } from './login.ts'
import type { AskHere } from './login.ts'
import { pickVersion } from './message.ts'
import type { Api } from './message.ts'
import { sayAddress } from './settings.ts'
import type { Address, ConnectionSettings } from './settings.ts'
import { openSocket } from './socket.ts'

/** Versions that a broker speaks, by the number of the message. */
export type Spoken = ReadonlyMap<number, { readonly lowest: number; readonly highest: number }>

/** A connection to one broker: logged in, its versions known. */
export interface Connection {
  readonly at: string
  readonly isUsable: () => boolean
  /** Asks in the newest version that both speak, and not an older one than `atLeast`. Throws `Failed`. */
  ask<Request, Response>(api: Api<Request, Response>, request: Request, limit: Limit, atLeast?: number): Promise<Response>
  readonly spoken: Spoken
  close(): void
}

/** Opens one: socket, versions, login. Throws `Failed`. */
export async function openConnection(address: Address, settings: ConnectionSettings, limit: Limit): Promise<Connection> {
  const at = sayAddress(address)
  const exchange = openExchange(await openSocket(address, settings, limit), at)
  try {
    const spoken = await readVersions(exchange, limit)
    const ask: AskHere = async (api, request, its) =>
      exchange.ask(api, { version: versionOf(api, { at, spoken, atLeast: 0 }), request }, its)
    const lifetimeMs = settings.sasl === null ? 0 : await logIn(settings.sasl, { at, ask }, limit)
    const until = lifetimeMs > 0 ? performance.now() + lifetimeMs * 0.8 : Infinity
    return {
      at,
      isUsable: () => exchange.isUsable() && performance.now() < until,
      ask: async (api, request, its, atLeast = 0) =>
        exchange.ask(api, { version: versionOf(api, { at, spoken, atLeast }), request }, its),
      spoken,
      close: () => exchange.close(),
    }
  } catch (error) {
    exchange.close()
    throw error
  }
}

function versionOf(
  api: Api<unknown, unknown>,
  { at, spoken, atLeast }: { readonly at: string; readonly spoken: Spoken; readonly atLeast: number },
): number {
  const its = spoken.get(api.key)
  const version = its === undefined ? null : pickVersion(api, its)
  if (its === undefined || version === null || version < atLeast) {
    const says = its === undefined ? 'not at all' : `versions ${its.lowest} to ${its.highest}`
    throw new Failed({
      type: 'unsupported',
      at,
      reason: `speaks ${api.name} ${says}, needed is ${Math.max(atLeast, api.versions[0])}`,
    })
  }
  return version
}

async function readVersions(exchange: Exchange, limit: Limit): Promise<Spoken> {
  const newest = await exchange.ask(apiVersionsApi, { version: 3, request: GREETING }, limit)
  const said =
    newest.errorCode === CODE.unsupportedVersion ? await exchange.ask(apiVersionsV0, { version: 0, request: {} }, limit) : newest
  refuseCode(said.errorCode)
  return new Map(said.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { lowest: minVersion, highest: maxVersion }]))
}
