import type { Codec } from './codec.ts'
import { Malformed, Reader } from './reader.ts'
import type { Layout } from './reader.ts'
import { readTags } from './struct.ts'
import { Writer } from './writer.ts'

/** One question of the protocol and its answer. */
export interface Api<Request, Response> {
  readonly name: string
  readonly key: number
  /** Versions written down here; the highest one that the broker speaks too is used. */
  readonly versions: readonly [lowest: number, highest: number]
  /** From this version on it has compact lengths and tagged fields. */
  readonly flexibleFrom: number
  readonly request: Codec<Request>
  readonly response: Codec<Response>
  /** ApiVersions alone: its answer never has tagged fields in its header, so that any client can read it. */
  readonly hasPlainHeader?: true
}

/** Ties the types of a question and its answer. */
export const defineApi = <Request, Response>(api: Api<Request, Response>): Api<Request, Response> => api

const layoutOf = (api: Api<unknown, unknown>, version: number): Layout => ({ version, isFlexible: version >= api.flexibleFrom })

/** What goes before each question. */
interface Header {
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
}

/** A whole request with its length in front. */
export function encodeRequest<Request>(api: Api<Request, unknown>, header: Header, request: Request): Buffer {
  const to = new Writer(layoutOf(api, header.version))
  to.int32(0)
  to.int16(api.key)
  to.int16(header.version)
  to.int32(header.correlationId)
  const client = Buffer.from(header.clientId)
  to.int16(client.length)
  to.bytes(client)
  if (to.layout.isFlexible) to.uvarint(0)
  api.request.write(to, request)
  const bytes = to.done()
  bytes.writeInt32BE(bytes.length - 4, 0)
  return bytes
}

/** Reads an answer behind its correlation id. Throws `Malformed` for anything that is not exactly one such answer. */
export function decodeResponse<Response>(api: Api<unknown, Response>, version: number, bytes: Buffer): Response {
  const from = new Reader(bytes, layoutOf(api, version))
  if (from.layout.isFlexible && api.hasPlainHeader === undefined) readTags(from, () => {})
  const response = api.response.read(from)
  if (from.left > 0) throw new Malformed(`${from.left} bytes too many`)
  return response
}

/** The version to speak with a broker that speaks these, or null. */
export function pickVersion(
  api: Api<unknown, unknown>,
  spoken: { readonly lowest: number; readonly highest: number },
): number | null {
  const version = Math.min(api.versions[1], spoken.highest)
  return version < Math.max(api.versions[0], spoken.lowest) ? null : version
}
