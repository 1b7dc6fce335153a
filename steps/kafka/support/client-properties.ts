import { createPrivateKey } from 'node:crypto'
import type { ConnectionOptions } from 'node:tls'
import { Failed } from './failure.ts'
import { parseProperties } from '../../support/properties.ts'
import type { Sasl } from './wire/settings.ts'

/** What reading the properties may ask for. */
export interface PropertyTools {
  /** Bytes of a file that a property names. */
  readonly readFile: (path: string) => Buffer
  /** The value of a secret: `${NAME}` in the file. */
  readonly secret: (name: string) => string | undefined
}

/** How to connect, as an ordinary Kafka client's properties say it. */
export interface ClientProperties {
  readonly tls: ConnectionOptions | null
  readonly sasl: Sasl | null
}

/** A broken property: names it, never its value. */
const wrong = (property: string, reason: string): Failed => new Failed({ type: 'settings', reason: `${property}: ${reason}` })

/** Reads a client's properties. Throws `Failed` for what is not supported here; what is no matter of the connection is let be. */
export function readClientProperties(text: string, tools: PropertyTools): ClientProperties {
  const raw = parseProperties(text)
  const given = (name: string): string | undefined => {
    const value = raw.get(name)
    return value === undefined ? undefined : withSecrets(name, value, tools).trim()
  }
  const protocol = (given('security.protocol') ?? 'PLAINTEXT').toUpperCase()
  switch (protocol) {
    case 'PLAINTEXT':
      return { tls: null, sasl: null }
    case 'SSL':
      return { tls: readTls(given, tools), sasl: null }
    case 'SASL_PLAINTEXT':
      return { tls: null, sasl: readSasl(given) }
    case 'SASL_SSL':
      return { tls: readTls(given, tools), sasl: readSasl(given) }
    default:
      throw wrong('security.protocol', 'expected PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL')
  }
}

type Given = (name: string) => string | undefined

function withSecrets(property: string, value: string, { secret }: PropertyTools): string {
  return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const found = secret(name)
    if (found === undefined) throw wrong(property, `the secret ${name} has no value`)
    return found
  })
}

function readSasl(given: Given): Sasl {
  const mechanism = given('sasl.mechanism') ?? 'GSSAPI'
  if (mechanism !== 'PLAIN' && mechanism !== 'SCRAM-SHA-256' && mechanism !== 'SCRAM-SHA-512')
    throw wrong('sasl.mechanism', 'expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; others are not supported here')
  const jaas = given('sasl.jaas.config')
  if (jaas === undefined) throw wrong('sasl.jaas.config', 'expected a login module with username and password')
  const option = (name: string): string => {
    const found = new RegExp(`\\b${name}\\s*=\\s*(?:"((?:\\\\.|[^"\\\\])*)"|'((?:\\\\.|[^'\\\\])*)'|([^\\s;"']+))`).exec(jaas)
    const value = (found?.[1] ?? found?.[2])?.replace(/\\(.)/g, '$1') ?? found?.[3]
    if (value === undefined) throw wrong('sasl.jaas.config', `expected ${name}="…"`)
    return value
  }
  return { mechanism, username: option('username'), password: option('password') }
}

function readTls(given: Given, tools: PropertyTools): ConnectionOptions {
  for (const property of ['ssl.engine.factory.class', 'ssl.provider', 'ssl.cipher.suites'])
    if (given(property) !== undefined) throw wrong(property, 'not supported here')
  const identification = given('ssl.endpoint.identification.algorithm')
  return {
    ...readTrust(given, tools),
    ...readKeys(given, tools),
    ...(identification === '' ? { checkServerIdentity: () => undefined } : {}),
  }
}

function readTrust(given: Given, tools: PropertyTools): ConnectionOptions {
  const inline = given('ssl.truststore.certificates')
  if (inline !== undefined) return { ca: inline }
  const location = given('ssl.truststore.location')
  if (location === undefined) return {}
  const bytes = readStore('ssl.truststore.location', location, tools)
  if (formatOf(bytes) !== 'PEM')
    throw wrong(
      'ssl.truststore.location',
      'expected PEM: export it with keytool -exportcert -rfc and set ssl.truststore.type=PEM',
    )
  return { ca: bytes }
}

function readKeys(given: Given, tools: PropertyTools): ConnectionOptions {
  const passphrase = given('ssl.key.password')
  const chain = given('ssl.keystore.certificate.chain')
  const key = given('ssl.keystore.key')
  if (chain !== undefined && key !== undefined) return pemKeys(chain, key, passphrase)
  const location = given('ssl.keystore.location')
  if (location === undefined) return {}
  const bytes = readStore('ssl.keystore.location', location, tools)
  switch (formatOf(bytes)) {
    case 'PEM':
      return pemKeys(bytes.toString(), bytes.toString(), passphrase)
    case 'PKCS12':
      return { pfx: bytes, passphrase: given('ssl.keystore.password') ?? '' }
    case 'JKS':
      throw wrong('ssl.keystore.location', 'expected PEM or PKCS12: turn it with keytool -importkeystore -deststoretype PKCS12')
  }
}

function pemKeys(cert: string, key: string, passphrase: string | undefined): ConnectionOptions {
  try {
    createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    throw wrong('ssl.keystore.key', 'this private key cannot be read, or ssl.key.password does not open it')
  }
  return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) }
}

function readStore(property: string, path: string, { readFile }: PropertyTools): Buffer {
  try {
    return readFile(path)
  } catch (error) {
    throw wrong(property, `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
}

/** By what is in it: `ssl.*.type` is JKS by default and then often left out. */
function formatOf(bytes: Buffer): 'PEM' | 'PKCS12' | 'JKS' {
  if (bytes.includes('-----BEGIN ')) return 'PEM'
  return bytes[0] === 0x30 ? 'PKCS12' : 'JKS'
}
