import { hostOf } from '../local/hosts.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Value } from '../model/value.ts'
import { askHost } from '../process/end-there.ts'
import type { Look } from './look-here.ts'

/** So many hosts are asked at a time. */
const AT_ONCE = 8

/** Whether each host that a plan's **On** names lets itself be logged in to, and has what a block needs there. */
export async function hostLooks(plan: Plan): Promise<readonly Look[]> {
  const hosts = [...hostsOf(plan)].map(([name, steps]) => ({ name, steps: [...steps] }))
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  const looks: Look[] = []
  const next = async (): Promise<void> => {
    for (let host = hosts.shift(); host !== undefined; host = hosts.shift()) {
      const why = await askHost({ host: host.name, env })
      looks.push({
        name: host.name,
        what: 'reach',
        here: why === null,
        hint: `ssh${why === null ? '' : `: ${why}`}`,
        steps: host.steps,
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
  return looks.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** The hosts that are known before the start, and the numbers of their steps. */
function hostsOf(plan: Plan): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const known: Record<string, Value> = {}
  for (const { name, value, secret } of plan.params) if (value !== null && !secret) known[name] = { type: 'string', text: value }
  for (const entry of plan.steps) {
    if (entry.host === null || entry.treatment !== 'execute') continue
    const number = plan.parts.find(({ id }) => id === entry.part)?.number ?? null
    for (const values of valuesIn(plan, entry, known)) {
      const host = hostOf(entry.host, values)
      if (host === '') continue
      const steps = found.get(host) ?? new Set()
      found.set(host, number === null ? steps : steps.add(number))
    }
  }
  return found
}

/** What a repeated step sees, item by item; any other step sees the same each time. */
function valuesIn(plan: Plan, { group }: PlanEntry, known: Readonly<Record<string, Value>>): Readonly<Record<string, Value>>[] {
  const of = plan.groups.find(({ id }) => id === group)
  return of === undefined ? [known] : of.items.map((text) => ({ ...known, [of.variable]: { type: 'string', text } }))
}
