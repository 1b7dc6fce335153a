import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Sasl } from './settings.ts'

const derive = promisify(pbkdf2)

/** Kafka writes 4096 by default. Far more is a hostile server that wants to keep this machine busy. */
const ITERATIONS = { least: 4096, most: 1_000_000 }

/** The client's side of SCRAM (RFC 5802): gives what to send first, then what to answer, then whether the server knows the password. */
export interface Scram {
  readonly first: string
  /** Null: the server's words do not fit. */
  answer(serverFirst: string): Promise<{ readonly final: string; isServer(serverFinal: string): boolean } | null>
}

/** Begins one login. A nonce is given by tests only. */
export function beginScram(sasl: Sasl, nonce = randomBytes(24).toString('base64url')): Scram {
  const hash = sasl.mechanism === 'SCRAM-SHA-512' ? 'sha512' : 'sha256'
  const length = hash === 'sha512' ? 64 : 32
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
  const bare = `n=${sasl.username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  return {
    first: `n,,${bare}`,
    async answer(serverFirst) {
      const said = partsOf(serverFirst)
      const both = said.get('r') ?? ''
      const iterations = Number(said.get('i'))
      const salt = Buffer.from(said.get('s') ?? '', 'base64')
      if (!both.startsWith(nonce) || both === nonce || salt.length === 0) return null
      if (!Number.isInteger(iterations) || iterations < ITERATIONS.least || iterations > ITERATIONS.most) return null
      const salted = await derive(sasl.password.normalize('NFKC'), salt, iterations, length, hash)
      const key = hmac(salted, 'Client Key')
      const withoutProof = `c=biws,r=${both}`
      const spoken = `${bare},${serverFirst},${withoutProof}`
      const signature = hmac(createHash(hash).update(key).digest(), spoken)
      const proof = Buffer.from(key.map((byte, index) => byte ^ (signature[index] ?? 0)))
      const expected = hmac(hmac(salted, 'Server Key'), spoken)
      return {
        final: `${withoutProof},p=${proof.toString('base64')}`,
        isServer(serverFinal) {
          const shown = Buffer.from(partsOf(serverFinal).get('v') ?? '', 'base64')
          return shown.length === expected.length && timingSafeEqual(shown, expected)
        },
      }
    },
  }
}

function partsOf(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(',').map((part): [string, string] => [part.slice(0, 1), part.slice(2)]))
}
