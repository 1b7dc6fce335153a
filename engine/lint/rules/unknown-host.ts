import { nearest } from '../../language/nearest.ts'
import type { Located } from '../../model/problem.ts'
import type { Item, Runbook } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding, LintContext } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf, stretchAt } from '../shell-of.ts'
import { isExecutable, spotsOf, stepsOf } from '../spots.ts'
import type { Spot } from '../spots.ts'
import { hostIndex } from '../ssh-words.ts'

type Hosts = NonNullable<LintContext['hosts']>

/**
 * A host that `inventory/hosts.yaml` does not have, where a block or **On** names one to log in to; a decommissioned host anywhere in what executes.
 *
 * Nothing is reported where there is no `hosts.yaml`.
 *
 * ````markdown ok
 * ```bash {command}
 * ssh -p 22 admin@kafka-1 uptime
 * ssh "$HOST" uptime
 * scp kafka-1:/etc/hosts localhost:/tmp
 * curl --fail http://prometheus:9090
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * ssh kafka-7 uptime
 * kafka-topics.sh --bootstrap-server kafka-9:9092 --list
 * ```
 * ````
 * → 2:5 error
 * → 3:36 error
 */
export default defineRule({
  name: 'unknown-host',
  severity: 'error',
  check(runbook, { hosts }, report) {
    if (hosts === null) return
    const gone = Object.keys(hosts).filter((name) => hosts[name]?.status === 'decommissioned')
    const pattern = gone.length === 0 ? null : new RegExp(`(?<![\\w.-])(?:${gone.map(escaped).join('|')})(?![\\w-]|\\.\\w)`, 'g')
    for (const spot of spotsOf(runbook)) {
      if (!isExecutable(spot.block)) continue
      if (pattern !== null) checkGone(spot, pattern, report)
      if (spot.block.kind === 'shell') checkLogins(spot, hosts, report)
    }
    for (const { place, value, logsIn } of namedElsewhere(runbook)) {
      const host = pattern === null ? undefined : value.match(pattern)?.[0]
      if (host !== undefined) report({ place, ...goneHost(host) })
      else if (logsIn && isName(value) && !Object.hasOwn(hosts, value)) report({ place, ...unknownHost(value, hosts) })
    }
  },
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function goneHost(host: string): Omit<Finding, 'place'> {
  return { reason: `Unexpected host \`${host}\`, which is decommissioned, expected an active one`, actual: host }
}

function unknownHost(host: string, hosts: Hosts): Omit<Finding, 'place'> {
  const active = Object.keys(hosts).filter((name) => hosts[name]?.status !== 'decommissioned')
  return {
    reason: `Unexpected host \`${host}\`, expected one of \`inventory/hosts.yaml\``,
    actual: host,
    nearest: nearest(host, active),
  }
}

function checkGone({ block }: Spot, pattern: RegExp, report: (finding: Finding) => void): void {
  for (const { 0: host, index } of block.body.matchAll(pattern)) {
    if (block.kind === 'shell' && stretchAt(scriptOf(block), index)?.kind === 'comment') continue
    report({ place: placeIn(block, index, index + host.length), ...goneHost(host), script: block })
  }
}

function checkLogins({ block }: Spot, hosts: Hosts, report: (finding: Finding) => void): void {
  for (const command of scriptOf(block).commands) {
    const { name, args } = command.program
    const index = name === 'ssh' ? hostIndex(args) : -1
    const words =
      index !== -1
        ? args.slice(index, index + 1)
        : ['scp', 'rsync', 'sftp'].includes(name)
          ? args.filter(({ value }) => /^[\w@.-]+:/.test(value))
          : []
    for (const { value, offset, expansions } of words) {
      const host = value.replace(/:.*$/s, '').replace(/^.*@/s, '')
      if (expansions.length > 0 || !isName(host) || Object.hasOwn(hosts, host)) continue
      const at = offset + Math.max(0, block.body.slice(offset).indexOf(host))
      report({ place: placeIn(block, at, at + host.length), ...unknownHost(host, hosts), script: block })
    }
  }
}

/** A host of the inventory's kind: no address, not this machine. */
function isName(host: string): boolean {
  return /^[A-Za-z0-9][\w.-]*$/.test(host) && host !== 'localhost' && !/^\d+(?:\.\d+){3}$/.test(host)
}

/** Literals of **On** and **For each**, and defaults of parameters. */
function namedElsewhere(runbook: Runbook): (Located<string> & { readonly logsIn: boolean })[] {
  const inItems = (items: readonly Item[]): (Located<string> & { readonly logsIn: boolean })[] =>
    items.flatMap((item) =>
      item.type !== 'label' || (item.name !== 'on' && item.name !== 'for-each')
        ? []
        : item.codes.map((code) => ({ ...code, value: code.value.replace(/^.*@/s, ''), logsIn: item.name === 'on' })),
    )
  const phases = new Set(stepsOf(runbook).flatMap(({ phase }) => (phase === null ? [] : [phase])))
  const defaults = runbook.params.flatMap(({ default: { value, place } }) =>
    value.from === 'literal' ? [{ value: value.text, place, logsIn: false }] : [],
  )
  return [
    ...defaults,
    ...[...phases].flatMap(({ items }) => inItems(items)),
    ...stepsOf(runbook).flatMap(({ step }) => inItems(step.items)),
  ]
}
