import type { Plan, PlanEntry } from '../model/plan.ts'

/** What `check` runs of a plan: checks and steady validations whose values are known without running anything else. */
export function checkPlan(plan: Plan): Plan {
  const given = new Set<string>()
  const steps: PlanEntry[] = []
  for (const entry of plan.steps) {
    if (!onlyReads(entry)) continue
    const knows = entry.unknown.every((name) => given.has(name) || !captured(plan, name))
    if (!knows) continue
    for (const { name } of entry.captures) given.add(name)
    steps.push({ ...entry, proves: null })
  }
  const parts = new Set(steps.map(({ part }) => part))
  return {
    ...plan,
    steps,
    parts: plan.parts.filter(({ id }) => parts.has(id)),
    groups: plan.groups.filter(({ id }) => steps.some(({ group }) => group === id)),
    needsPerson: [],
  }
}

function onlyReads({ type, effect, flags, treatment }: PlanEntry): boolean {
  if (effect !== 'reads' || flags.interactive || treatment === 'skip' || treatment === 'simulate') return false
  return type === 'check' || (type === 'validate' && flags.steady)
}

const captured = ({ steps }: Plan, name: string): boolean =>
  steps.some(({ captures }) => captures.some((one) => one.name === name))
