import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { StepTools } from '../../../engine/index.ts'
import { fillNames } from '../../support/fill-names.ts'
import { isDnsName } from './message.ts'
import { ALGORITHMS } from './tsig.ts'
import type { TsigAlgorithm, TsigKey } from './tsig.ts'

/** Where a key comes from: a file as `tsig-keygen` writes it, or a secret parameter. */
export interface KeySource {
  readonly keyFile?: string | undefined
  readonly key?: { readonly name: string; readonly algorithm: TsigAlgorithm; readonly secret: string } | undefined
}

export type FoundKey = { readonly ok: true; readonly key: TsigKey } | { readonly ok: false; readonly reason: string }

/** Gets the key; what is said when there is none never holds a part of it. */
export async function findKey({ keyFile, key }: KeySource, tools: StepTools): Promise<FoundKey> {
  if (keyFile !== undefined) return readKeyFile(resolve(tools.root, keyFile), keyFile)
  if (key === undefined) return { ok: false, reason: 'no key was given' }
  const filled = fillNames(key.secret, tools)
  return filled.ok ? keyOf({ ...key, text: filled.text, from: 'the key' }) : filled
}

async function readKeyFile(path: string, shown: string): Promise<FoundKey> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return { ok: false, reason: `${shown} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'of an unknown kind'})` }
  }
  // A comment begins outside quotes only: base64 may hold `//`.
  const plain = text.replace(/("[^"]*")|\/\*[\s\S]*?\*\/|(?:\/\/|#).*$/gm, (_, quoted?: string) => quoted ?? ' ')
  const [, name = '', body = ''] = /\bkey\s+"?([^\s"{]+)"?\s*\{([^}]*)\}/.exec(plain) ?? []
  const algorithm = /\balgorithm\s+"?([A-Za-z0-9-]+)"?\s*;/.exec(body)?.[1]?.toLowerCase() ?? ''
  const secret = /\bsecret\s+"?([A-Za-z0-9+/=]+)"?\s*;/.exec(body)?.[1] ?? ''
  if (name === '' || secret === '') return { ok: false, reason: `${shown} holds no key { algorithm …; secret …; }` }
  return keyOf({ name, algorithm, text: secret, from: shown })
}

function keyOf(given: {
  readonly name: string
  readonly algorithm: string
  readonly text: string
  readonly from: string
}): FoundKey {
  const algorithm = ALGORITHMS.find((one) => one === given.algorithm)
  if (algorithm === undefined)
    return { ok: false, reason: `${given.from}: algorithm ${given.algorithm}, expected ${ALGORITHMS.join(', ')}` }
  if (!isDnsName(given.name)) return { ok: false, reason: `${given.from}: its name is none` }
  const secret = /^[A-Za-z0-9+/]+={0,2}$/.test(given.text.trim()) ? Buffer.from(given.text.trim(), 'base64') : Buffer.alloc(0)
  if (secret.length < 16) return { ok: false, reason: `${given.from}: its secret is no base64 of at least 16 bytes` }
  return { ok: true, key: { name: given.name, algorithm, secret } }
}
