import { writeFileSync } from 'node:fs'
import { clearFaults } from './fault-clear.ts'
import { breakConnector } from './fault-connector.ts'
import { CORRUPTIONS, corruptCopy } from './fault-copy.ts'
import { fillDisk } from './fault-disk.ts'
import { breakDns } from './fault-dns.ts'
import { setPaused, takeDown } from './fault-nodes.ts'
import { faultsOf, forgetFault, rememberFault } from './faults.ts'
import { LabError } from './lab-error.ts'
import type { Tell } from './lab-up.ts'
import { linksNamed, OPEN, setLinks, type LinkRule } from './links.ts'
import { needProgram } from './run-tool.ts'
import { clockFile } from './shims.ts'
import { brokersOf, nodesOf, type LabPlan } from './topology.ts'

/** `lab fault …`: breaks something, or undoes all that was broken. A line about what holds now. */
export async function fault(plan: LabPlan, words: readonly string[], tell: Tell): Promise<string> {
  const [action = 'list', first = '', ...rest] = words
  const names = [first, ...rest].filter((word) => word !== '')
  switch (action) {
    case 'list':
      break
    case 'clear':
      await clearFaults(plan, tell)
      break
    case 'kill':
    case 'stop':
      await takeDown(plan, { names: some(names, 'NODE'), signal: action === 'kill' ? 'SIGKILL' : 'SIGTERM' })
      break
    case 'pause':
    case 'resume':
      setPaused(plan, { names: some(names, 'NODE'), paused: action === 'pause' })
      break
    case 'lose':
      await takeDown(plan, { names: brokersOf(nodesOf(plan), clusterNamed(first)).map(({ name }) => name), signal: 'SIGKILL' })
      break
    case 'disk-full':
      await fillDisk(plan, { name: first, freeMb: numberOf(rest[0] ?? '0', 'MB') })
      break
    case 'cut':
    case 'half-open':
    case 'delay':
    case 'throttle':
    case 'heal':
      await changeLinks(plan, { word: first, rule: ruleOf(action, rest[0]) })
      break
    case 'dns':
      await breakDns(plan, first)
      break
    case 'connector':
      await breakConnector(plan, { name: first, how: rest[0] ?? '' })
      break
    case 'copy': {
      const how = CORRUPTIONS.find((one) => one === rest[0])
      if (how === undefined || first === '') throw new LabError(`fault copy TOPIC ${CORRUPTIONS.join('|')}`, 2)
      await corruptCopy(plan, { topic: first, how })
      break
    }
    case 'clock':
      skew(plan, first)
      break
    default:
      throw new LabError(`fault: ${action}? reprise lab --help`, 2)
  }
  return faultsOf(plan.home)
    .map(({ kind, what, how }) => `${kind} ${what} (${how})`)
    .join('\n')
}

function some(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) throw new LabError(`expected ${what}`, 2)
  return names
}

function clusterNamed(word: string): 'primary' | 'dr' {
  if (word === 'primary' || word === 'dr') return word
  throw new LabError('fault lose primary|dr', 2)
}

function numberOf(text: string | undefined, unit: string): number {
  const value = Number(text)
  if (text === undefined || text === '' || !Number.isFinite(value) || value < 0)
    throw new LabError(`expected a number of ${unit}`, 2)
  return value
}

function ruleOf(action: 'cut' | 'half-open' | 'delay' | 'throttle' | 'heal', value: string | undefined): LinkRule {
  switch (action) {
    case 'cut':
    case 'half-open':
      return { ...OPEN, state: action }
    case 'delay':
      return { ...OPEN, delayMs: numberOf(value, 'ms') }
    case 'throttle':
      return { ...OPEN, bytesPerS: numberOf(value, 'bytes a second') }
    case 'heal':
      return OPEN
  }
}

async function changeLinks(plan: LabPlan, { word, rule }: { readonly word: string; readonly rule: LinkRule }): Promise<void> {
  const names = linksNamed(plan, word).map(({ name }) => name)
  const { state, delayMs, bytesPerS } = rule
  const how = state !== 'open' ? state : delayMs > 0 ? `${delayMs} ms` : `${bytesPerS} bytes/s`
  for (const what of names)
    if (rule === OPEN) forgetFault(plan.home, { kind: 'link', what })
    else rememberFault(plan.home, { kind: 'link', what, how })
  await setLinks(plan, { names, rule })
}

/** `+90m`, `-1h`, `+2d`: the tools of this lab live at another time from now on. */
function skew(plan: LabPlan, by: string): void {
  if (!/^[+-]\d+[smhd]$/.test(by)) throw new LabError('fault clock +90m (s, m, h or d)', 2)
  needProgram('faketime', 'faketime')
  rememberFault(plan.home, { kind: 'clock', what: 'tools', how: by })
  writeFileSync(clockFile(plan.home), by)
}
