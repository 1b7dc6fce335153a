import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KafkaNode, Security } from './topology.ts'

/** The accounts of a lab with SASL: `admin` may do all, `app` what ACLs let it. */
export const ACCOUNTS = ['admin', 'app'] as const
export type Account = (typeof ACCOUNTS)[number]

/** The protocol's name for a listener. */
export function protocolOf(security: Security): 'PLAINTEXT' | 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT' {
  switch (security) {
    case 'none':
      return 'PLAINTEXT'
    case 'tls':
      return 'SSL'
    case 'tls-scram':
    case 'tls-plain':
      return 'SASL_SSL'
    case 'scram':
    case 'plain':
      return 'SASL_PLAINTEXT'
  }
}

/** The SASL mechanism, or null without SASL. */
export function mechanismOf(security: Security): 'SCRAM-SHA-512' | 'PLAIN' | null {
  if (security.endsWith('scram')) return 'SCRAM-SHA-512'
  return security.endsWith('plain') ? 'PLAIN' : null
}

export const hasTls = (security: Security): boolean => security.startsWith('tls')

/** Files of a lab that hold secrets. */
export const secretFiles = {
  ca: (home: string): string => join(home, 'tls', 'ca.pem'),
  /** Key and certificate of a broker in one file. */
  keystore: (home: string, node: string): string => join(home, 'tls', `${node}.pem`),
  password: (home: string, account: Account): string => join(home, 'secrets', `${account}.password`),
  clientConfig: (home: string, account: Account): string => join(home, 'secrets', `${account}.properties`),
  /** For the listeners of controllers, which are in the clear in every lab. */
  controllerConfig: (home: string): string => join(home, 'secrets', 'controllers.properties'),
}

/** Makes the passwords of a lab; those that are there stay. */
export function makePasswords(home: string): void {
  mkdirSync(join(home, 'secrets'), { recursive: true, mode: 0o700 })
  for (const account of ACCOUNTS) {
    const file = secretFiles.password(home, account)
    if (!existsSync(file)) writeFileSync(file, randomBytes(12).toString('hex'), { mode: 0o600 })
  }
}

/** The password of an account. */
export function passwordOf(home: string, account: Account): string {
  return readFileSync(secretFiles.password(home, account), 'utf8')
}

const loginModule = (mechanism: 'SCRAM-SHA-512' | 'PLAIN'): string =>
  mechanism === 'PLAIN'
    ? 'org.apache.kafka.common.security.plain.PlainLoginModule'
    : 'org.apache.kafka.common.security.scram.ScramLoginModule'

/** What a client needs to connect, as properties of Kafka's own clients. */
export function clientProperties(home: string, security: Security, account: Account): readonly (readonly [string, string])[] {
  const mechanism = mechanismOf(security)
  const login = (name: 'SCRAM-SHA-512' | 'PLAIN'): string =>
    `${loginModule(name)} required username="${account}" password="${passwordOf(home, account)}";`
  return [
    ['security.protocol', protocolOf(security)],
    ...(mechanism === null
      ? []
      : ([
          ['sasl.mechanism', mechanism],
          ['sasl.jaas.config', login(mechanism)],
        ] as const)),
    ...(hasTls(security)
      ? ([
          ['ssl.truststore.type', 'PEM'],
          ['ssl.truststore.location', secretFiles.ca(home)],
        ] as const)
      : []),
  ]
}

/** Lines of a broker's file for its listeners of clients. */
export function brokerSecurity(home: string, security: Security, node: KafkaNode): readonly string[] {
  const mechanism = mechanismOf(security)
  const tls = [
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${secretFiles.keystore(home, node.name)}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${secretFiles.ca(home)}`,
  ]
  const users = (): string => ACCOUNTS.map((account) => `user_${account}="${passwordOf(home, account)}"`).join(' ')
  const sasl = (listener: string): readonly string[] => {
    if (mechanism === null) return []
    const own = mechanism === 'PLAIN' ? ` ${users()}` : ''
    const property = `listener.name.${listener}.${mechanism.toLowerCase()}.sasl.jaas.config`
    return [`${property}=${loginModule(mechanism)} required${own};`]
  }
  return [
    ...(hasTls(security) ? tls : []),
    ...(mechanism === null ? [] : [`sasl.enabled.mechanisms=${mechanism}`, ...sasl('clients'), ...sasl('wan')]),
  ]
}
