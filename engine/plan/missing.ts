import type { PlanEntry } from '../model/plan.ts'
import type { Json } from '../model/value.ts'
import type { Making } from './making.ts'
import { needsOf } from './needs.ts'
import type { Need } from './needs.ts'
import type { Missing } from './request.ts'

/** Everything that a run with nobody there still lacks. */
export function missingOf(making: Making, entries: readonly PlanEntry[]): Missing[] {
  return [
    ...missingParams(making),
    ...missingProduction(making, entries),
    ...missingCaptures(making, entries),
    ...missingAnswers(making, entries),
  ]
}

function missingParams({ params, request }: Making): Missing[] {
  return params.flatMap(({ name, ref, secret, from }): Missing[] => {
    if (from === 'ask') return [{ id: name, what: 'param', hint: secret ? `params: ${name}: env:NAME` : `-p ${name}=VALUE` }]
    if (!secret || ref === null || !ref.startsWith('env:')) return []
    const variable = ref.slice('env:'.length)
    return (request.env(variable) ?? '') === ''
      ? [{ id: name, what: 'secret', hint: `the environment variable ${variable}` }]
      : []
  })
}

function missingProduction({ request }: Making, entries: readonly PlanEntry[]): Missing[] {
  const { production, meant, environment } = request
  const changes = entries.some(({ effect, treatment }) => effect !== 'reads' && treatment !== 'simulate' && treatment !== 'skip')
  if (!production || environment === null || meant === environment.name || !changes) return []
  return [{ id: environment.name, what: 'production', hint: `--i-mean ${environment.name}` }]
}

/** Index of the first entry that a run from a step takes up. */
export function startOf({ request: { from } }: Making, entries: readonly PlanEntry[]): number {
  if (from === null) return 0
  const part = entries.findIndex((entry) => entry.part === from.step)
  return Math.max(0, part >= 0 ? part : entries.findIndex(({ id }) => id === from.step))
}

/** With `--from`: what earlier steps would have captured. */
function missingCaptures(making: Making, entries: readonly PlanEntry[]): Missing[] {
  const { from, flags } = making.request
  if (from === null) return []
  const start = startOf(making, entries)
  const early = new Set(
    entries
      .filter(({ section }, index) => index < start && section === 'procedure')
      .flatMap(({ captures }) => captures.map(({ name }) => name)),
  )
  const later = entries.filter((_, index) => index >= start)
  const own = new Set(later.flatMap(({ captures }) => captures.map(({ name }) => name)))
  const needed = new Set(
    later.flatMap(({ reads }) => reads).filter((name) => early.has(name) && !own.has(name) && !Object.hasOwn(flags, name)),
  )
  return [...needed].map((name): Missing => ({ id: name, what: 'value', hint: `-p ${name}=VALUE` }))
}

function missingAnswers(making: Making, entries: readonly PlanEntry[]): Missing[] {
  const start = startOf(making, entries)
  const allowed = new Set(making.request.allow.map((word) => word.replace(/^irreversible:/, '')))
  return entries.flatMap((entry, index): Missing[] => {
    if (index < start && entry.section === 'procedure') return []
    const said = answersFor(making, entry)
    const isAnswered = said.length > 0
    const isSkipped = isAnswered && said.every((one) => isMapWith(one, ['skip', 'by-hand', 'done']))
    return needsOf(entry)
      .filter(isAnswerable)
      .filter((what) => !waitsForPerson(making, what))
      .flatMap((what): Missing[] => {
        const isGiven =
          what === 'irreversible'
            ? allowed.has(entry.id) || allowed.has(entry.part) || isSkipped
            : isAnswered && mayBeAnswered(what)
        return isGiven ? [] : [{ id: entry.id, what, hint: hintOf(making, entry, what) }]
      })
  })
}

/** The answer for an entry, or one for each item of its group; empty where one of them lacks. */
function answersFor({ request: { answers }, groups }: Making, { id, group }: PlanEntry): readonly Json[] {
  if (answers === null) return []
  const own = answers.steps[id]
  if (own !== undefined) return [own]
  const items = groups.find((one) => one.id === group)?.items ?? []
  const each = items.flatMap((item) => answers.steps[`${id}[${item}]`] ?? [])
  return each.length === items.length ? each : []
}

/** An approval has no answer: the run waits for it. */
const isAnswerable = (what: Need): what is Exclude<Need, 'approval'> => what !== 'approval'

/** A partial drill may begin with nobody there: it goes on until it first needs a person, and waits. */
const waitsForPerson = ({ request: { drill, unattended } }: Making, what: Need): boolean =>
  unattended && drill === 'partial' && what !== 'interactive'

/** A terminal is not replaced by a word. */
const mayBeAnswered = (what: Need): boolean => what !== 'interactive'

/** Whether an answer is a map with one of the keys. */
export function isMapWith(answer: unknown, keys: readonly string[]): boolean {
  return answer !== null && typeof answer === 'object' && !Array.isArray(answer) && keys.some((key) => Object.hasOwn(answer, key))
}

const atTerminal = 'it needs a terminal: run it attended'

function hintOf(
  { request }: Making,
  { id, confirm, rows, by, needsEdit, captures }: PlanEntry,
  what: Exclude<Need, 'approval'>,
): string {
  switch (what) {
    case 'by hand':
      return `${id}: {done: "…"} or {skip: "reason"}`
    case 'text to judge':
    case 'box':
    case 'drill':
      return `${id}: yes`
    case 'value':
      return captures[0]?.type === 'secret' ? atTerminal : `${id}: VALUE`
    case 'ask':
      return by === 'person' ? `${id}: ${rows.flatMap(({ when }) => (when === null ? [] : [when])).join(' | ')}` : `${id}: yes`
    case 'interactive':
      return atTerminal
    case 'confirm': {
      const name = confirm.type === 'typed' ? confirm.name : ''
      // Where there is no environment its own id is typed.
      return `${id}: {confirm: ${name === 'ENVIRONMENT' ? (request.environment?.name ?? id) : name}}`
    }
    case 'irreversible':
      return `--allow irreversible:${id}`
    case 'edit':
      return needsEdit ?? 'it must be edited'
  }
}
