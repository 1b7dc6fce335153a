import { checkValue, parseType } from '../language/type.ts'
import type { PlanEntry, PlanPart } from '../model/plan.ts'
import { stepNamed } from '../model/step-named.ts'
import type { Json } from '../model/value.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'
import { isMapWith } from './missing.ts'
import { needsOf } from './needs.ts'
import { textOf } from './parameters.ts'

const yes: readonly string[] = ['yes', 'y', 'true', 'oui', 'done', 'continue']
const no: readonly string[] = ['no', 'n', 'false', 'non']
const instead: readonly string[] = ['skip', 'by-hand', 'done']
const afterFailure: readonly string[] = ['retry', 'rollback', 'roll-back', 'escalate', 'stop']

/** Answers, allowances and a start must name what there is, and answer what is asked. */
export function checkAnswers(making: Making, steps: readonly PlanPart[], entries: readonly PlanEntry[]): void {
  const { answers, allow, from } = making.request
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  for (const word of allow) {
    const id = word.replace(/^irreversible:/, '')
    const found = entries.filter((entry) => entry.id === id || entry.part === id)
    if (found.some(({ flags }) => flags.irreversible)) continue
    const words = entries.filter(({ flags }) => flags.irreversible).map((entry) => entry.id)
    problem(making, {
      rule: 'allow',
      reason: `Unexpected --allow ${word}, expected an irreversible step`,
      expected: words,
      actual: id,
      words,
    })
  }
  if (from !== null && !byId.has(from.step) && stepNamed({ parts: steps, steps: entries }, from.step) === null) {
    const words = [...new Set(entries.filter(({ section }) => section === 'procedure').flatMap(({ id, part }) => [part, id]))]
    problem(making, {
      rule: 'from',
      reason: `Unexpected --from ${from.step}, expected a step of this runbook`,
      expected: words,
      actual: from.step,
      words,
    })
  }
  if (answers === null) return
  const words = [...byId.keys()]
  for (const [kind, ids] of [
    ['steps', Object.keys(answers.steps)],
    ['on-failure', Object.keys(answers.onFailure)],
  ] as const)
    for (const id of ids) {
      const entry = byId.get(id) ?? ofItem(making, byId, id)
      const at = { file: answers.file, place: answers.placeOf([kind, id]) }
      if (entry === undefined)
        problem(making, {
          ...at,
          rule: 'answer-unknown',
          reason: `Unexpected answer for "${id}": there is no such step`,
          actual: id,
          words,
        })
      else if (kind === 'steps') checkAnswer(making, entry, { ...at, said: answers.steps[id] ?? null })
      else checkAfterFailure(making, id, { ...at, said: answers.onFailure[id] ?? [] })
    }
}

/** A word that means nothing at a failure would be passed over there in silence. */
function checkAfterFailure(
  making: Making,
  id: string,
  { said, ...at }: Omit<Said, 'said'> & { readonly said: readonly Json[] },
): void {
  for (const one of said) {
    const text = wordIn(one)
    if (isMapWith(one, instead) || (typeof one === 'string' && afterFailure.includes(one))) continue
    const expected = ['retry', 'rollback', 'escalate', 'stop', '{skip: …}', '{done: …}']
    problem(making, {
      ...at,
      rule: 'answer-value',
      reason: `Unexpected answer "${text}" for ${id}, expected ${expected.join(', ')}`,
      expected,
      actual: text,
      words: afterFailure,
    })
  }
}

/** `STEP[ITEM]`: the answer for one item of a repeated step. */
function ofItem({ groups }: Making, byId: ReadonlyMap<string, PlanEntry>, id: string): PlanEntry | undefined {
  const [, block = '', item = ''] = /^([^[]+)\[(.+)\]$/s.exec(id) ?? []
  const entry = byId.get(block)
  return groups.some((group) => group.id === entry?.group && group.items.includes(item)) ? entry : undefined
}

type Said = { readonly file: string; readonly place: Parameters<typeof problem>[1]['place'] & object; readonly said: Json }

function checkAnswer(making: Making, entry: PlanEntry, { said, ...at }: Said): void {
  if (entry.treatment === 'simulate' || entry.treatment === 'skip') return
  if (entry.type === 'approval') {
    problem(making, {
      ...at,
      rule: 'answer-approval',
      reason: `Unexpected answer for ${entry.id}: an approval is made by somebody else, with reprise approve`,
    })
    return
  }
  const needs = needsOf(entry)
  const mayGoWithout = isMapWith(said, instead) && (entry.effect !== 'reads' || needs.length > 0)
  if (mayGoWithout) return
  if (needs.length === 0 || (needs.length === 1 && needs[0] === 'irreversible')) {
    problem(making, {
      ...at,
      rule: 'answer-not-asked',
      reason: `Unexpected answer for ${entry.id}, which is not asked`,
      actual: entry.id,
    })
    return
  }
  if (entry.confirm.type === 'typed') return checkTyped(making, entry, { ...at, said })
  const text = wordIn(said)
  if (entry.type === 'record') return checkRecord(making, entry, { ...at, said: text })
  if (entry.type === 'decision' && entry.by === 'person') return checkRow(making, entry, { ...at, said: text })
  if (['box', 'judge', 'decision', 'manual'].includes(entry.type) && ![...yes, ...no].includes(text.toLowerCase()))
    problem(making, {
      ...at,
      rule: 'answer-value',
      reason: `Unexpected answer "${text}" for ${entry.id}, expected yes or no`,
      expected: ['yes', 'no'],
      actual: text,
      words: [...yes, ...no],
    })
}

function wordIn(said: Json): string {
  const isMap = said !== null && typeof said === 'object' && !Array.isArray(said)
  return textOf(isMap ? ((Object.values(said)[0] as Json | undefined) ?? null) : said)
}

function checkTyped(making: Making, { id, confirm }: PlanEntry, { said, ...at }: Said): void {
  if (confirm.type !== 'typed') return
  const value = making.values[confirm.name]
  // What is empty cannot be typed: its own id stands for it, as at a terminal.
  const expected = value === undefined || 'ref' in value ? null : value.text || id
  const typed = isMapWith(said, ['confirm']) ? wordIn(said) : null
  if (typed !== null && (expected === null || typed === expected)) return
  problem(making, {
    ...at,
    rule: 'answer-confirm',
    reason: `Unexpected answer for ${id}, expected {confirm: ${expected ?? confirm.name}}`,
    expected: expected === null ? [] : [expected],
    ...(typed === null ? {} : { actual: typed }),
  })
}

function checkRecord(making: Making, { id, captures }: PlanEntry, { said, ...at }: Said & { readonly said: string }): void {
  const type = parseType(captures[0]?.type ?? 'string')
  if (type.ok && type.type.type === 'secret') {
    problem(making, {
      ...at,
      rule: 'secret-value',
      reason: `Unexpected answer for ${id}, a secret: expected a person who gives it at a terminal`,
    })
    return
  }
  const checked = type.ok ? checkValue(type.type, said) : ({ ok: true } as const)
  if (!checked.ok)
    problem(making, {
      ...at,
      rule: 'answer-value',
      reason: `Unexpected value "${said}" for ${id}, expected ${checked.expected}`,
      expected: [checked.expected],
      actual: said,
    })
}

function checkRow(making: Making, { id, rows }: PlanEntry, { said, ...at }: Said & { readonly said: string }): void {
  const words = rows.flatMap(({ when }) => (when === null ? [] : [when]))
  const isRow = rows.some(({ when }, index) => when?.toLowerCase() === said.toLowerCase() || String(index + 1) === said)
  if (!isRow)
    problem(making, {
      ...at,
      rule: 'answer-value',
      reason: `Unexpected answer "${said}" for ${id}, expected ${words.join(', ')}`,
      expected: words,
      actual: said,
      words,
    })
}
