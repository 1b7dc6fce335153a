import { entryTitle } from '../language/entry-title.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Json, Value } from '../model/value.ts'

/** A plan as `plan --json` prints it. */
export function planJson(plan: Plan): Json {
  const { file, id, title, sha256 } = plan.runbook
  const values = valuesOf(plan)
  const validates = new Map<string, string[]>()
  for (const { id: own, type, proves } of plan.steps)
    if (proves !== null && type !== 'judge') validates.set(proves, [...(validates.get(proves) ?? []), own])
  return {
    schema: plan.schema,
    runbook: { file, id, title, sha256 },
    environment: plan.environment,
    production: plan.production,
    drill: plan.drill,
    params: plan.params.map(({ name, type, value, from, secret, ref, origin }) => ({
      name,
      type,
      value,
      from,
      secret,
      ref,
      origin,
    })),
    steps: plan.steps.map((entry) => ({
      ...stepJson(entry, values, validates.get(entry.id) ?? []),
      title: entryTitle(plan, entry),
    })),
    groups: plan.groups.map(({ id: group, variable, items, parts, atOnce }) => ({ id: group, variable, items, parts, atOnce })),
    needsPerson: plan.needsPerson,
    estimateMs: plan.estimateMs,
    hash: plan.hash,
  }
}

function stepJson(
  entry: PlanEntry,
  values: Readonly<Record<string, Value>>,
  validate: readonly string[],
): Readonly<Record<string, Json>> {
  const { id, part, title, type, use, effect, text, input, byHand, timeoutMs, confirm, flags, undo, treatment, line } = entry
  const seen = entry.reads.flatMap((name): [string, Json][] => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return value === undefined ? [] : [[name, 'ref' in value ? '•••' : value.text]]
  })
  return {
    id,
    part,
    title,
    says: use === null ? null : title,
    type,
    use,
    effect,
    text,
    input,
    byHand,
    values: Object.fromEntries(seen),
    unknown: entry.unknown,
    timeoutMs,
    timeoutWritten: entry.timeoutWritten,
    confirm: confirm.type !== 'typed' ? confirm.type : confirm.name === 'ENVIRONMENT' ? 'env' : confirm.name,
    irreversible: flags.irreversible,
    validate,
    rollback: undo,
    treatment,
    onlyIf: entry.onlyIf,
    host: entry.host,
    group: entry.group,
    line,
  }
}

function valuesOf({ params, environment, drill }: Plan): Record<string, Value> {
  const values: Record<string, Value> = {
    ENVIRONMENT: { type: 'string', text: environment },
    DRILL: { type: 'string', text: drill ?? '' },
  }
  for (const { name, type, value, secret, ref } of params) {
    if (secret) values[name] = { type: 'secret', ref: ref ?? '' }
    else if (value !== null) values[name] = { type, text: value }
  }
  return values
}
