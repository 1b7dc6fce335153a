import { shellWord } from '../../support/shell-word.ts'
import type { Address } from '../../support/address.ts'
import type { SetType } from './record-set.ts'

export interface ByHand {
  readonly server: Address
  readonly zone: string
  readonly name: string
  readonly type: SetType
  readonly values: readonly string[]
  readonly ttl: number
  /** Null: whatever it is now, to be looked up and filled in. */
  readonly from: readonly string[] | null
  readonly keyFile: string | undefined
  readonly key: { readonly name: string; readonly algorithm: string; readonly secret: string } | undefined
}

/** The same change with nsupdate. The key goes through a file descriptor, never through an argument. */
export function nsupdateOf(change: ByHand): string {
  const { server, zone, name, type, values, ttl, from } = change
  const at = dotted(name)
  const before =
    from === null
      ? ['; put what dig says into a line like this, so that nobody else is overwritten:', `; prereq yxrrset ${at} ${type} OLD`]
      : from.length === 0
        ? [`prereq nxrrset ${at} ${type}`]
        : from.map((one) => `prereq yxrrset ${at} ${type} ${dataOf(type, one)}`)
  const dig = `dig +noall +answer +norecurse @${server.host} -p ${server.port} ${name} ${type}`
  return [
    `${dig}  # what it is now: keep it, to put it back`,
    `nsupdate -k ${keyOf(change)} <<'END'`,
    `server ${server.host} ${server.port}`,
    `zone ${dotted(zone)}`,
    ...before,
    `update delete ${at} ${type}`,
    ...values.map((one) => `update add ${at} ${ttl} ${type} ${dataOf(type, one)}`),
    'send',
    'END',
    `${dig}  # must say: ${values.join(', ').replaceAll('\n', ' ')}`,
  ].join('\n')
}

const dotted = (name: string): string => (name.endsWith('.') ? name : `${name}.`)

function dataOf(type: SetType, value: string): string {
  if (type === 'CNAME') return dotted(value)
  return type === 'TXT' ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
}

function keyOf({ keyFile, key }: ByHand): string {
  if (key === undefined) return shellWord(keyFile ?? '')
  const variable = /^\$\{?(\w+)\}?$/.exec(key.secret)?.[1] ?? 'TSIG_KEY'
  return `<(printf 'key "%s" { algorithm %s; secret "%s"; };\\n' ${shellWord(key.name)} ${key.algorithm} "$${variable}")`
}
