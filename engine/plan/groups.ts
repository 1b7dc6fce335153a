import type { PlanGroup } from '../model/plan.ts'
import { labelOf } from './bodies.ts'
import type { Body } from './bodies.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'

/** The repeated steps and phases, with their items. */
export function groupsOf(making: Making, bodies: readonly Body[]): PlanGroup[] {
  const { reader } = making.request
  const partsOf = new Map<object, string[]>()
  for (const { phase, step, id } of bodies)
    if (phase !== null && step !== null) partsOf.set(phase, [...(partsOf.get(phase) ?? []), id])
  return bodies.flatMap((body): PlanGroup[] => {
    const label = labelOf(body.items, 'for-each')
    const each = label === null ? null : reader.readForEach(label)
    if (label === null || each === null || body.section !== 'procedure') return []
    const param = each.list === null ? null : making.params.find(({ name }) => name === each.list?.replace(/^\$\{?|\}$/g, ''))
    const items = each.list === null ? each.literals : (param?.items ?? [])
    if (items.length === 0 && (param == null || param.value !== null || param.ref !== null))
      problem(making, {
        rule: 'for-each-items',
        place: label.place,
        reason: `Unexpected ${each.list ?? 'list'} after For each, expected a list parameter whose items are known before the start`,
        expected: making.params.filter(({ type }) => type.startsWith('list')).map(({ name }) => name),
        ...(each.list === null ? {} : { actual: each.list }),
        words: making.params.map(({ name }) => name),
      })
    const twice = items.find((item, at) => items.indexOf(item) !== at)
    if (twice !== undefined)
      problem(making, {
        rule: 'for-each-items',
        place: label.place,
        reason: `Unexpected item ${JSON.stringify(twice)} twice after For each, expected every item once: it would run for the first only`,
        actual: twice,
      })
    const parts = body.step === null && body.phase !== null ? [body.id, ...(partsOf.get(body.phase) ?? [])] : [body.id]
    return [{ id: body.id, variable: each.variable, items, parts, atOnce: each.atOnce }]
  })
}

/** The group that each part belongs to. */
export function groupByPart(groups: readonly PlanGroup[]): ReadonlyMap<string, string> {
  return new Map(groups.flatMap(({ id, parts }) => parts.map((part): [string, string] => [part, id])))
}
