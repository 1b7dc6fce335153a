import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseJournal } from '../../engine/journal/read.ts'
import { conforms } from '../../engine/machine/conforms.ts'
import { decide } from '../../engine/machine/decide.ts'
import { evolve, initialState } from '../../engine/machine/evolve.ts'
import { RULES } from '../../engine/machine/rules.ts'
import type { Plan } from '../../engine/model/plan.ts'

/** Journals of real runs. They stay as they are for ever: a machine that reads them otherwise needs another rules version. */
const folder = fileURLToPath(new URL('../journals/', import.meta.url))

describe.each(readdirSync(folder))('%s', (name) => {
  const { facts, firstBad, torn } = parseJournal(readFileSync(join(folder, name, 'journal.jsonl'), 'utf8'))
  const plans = new Map(
    readdirSync(join(folder, name))
      .filter((file) => file.startsWith('plan'))
      .map((file) => JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Plan)
      .map((plan) => [plan.hash, plan]),
  )
  const [first] = facts
  const plan = first?.type === 'run-started' ? plans.get(first.plan) : undefined

  test('its chain is whole', () => {
    expect({ firstBad, torn }).toEqual({ firstBad: null, torn: null })
    expect(first).toMatchObject({ type: 'run-started' })
    if (first?.type === 'run-started') expect(first.rules).toBeLessThanOrEqual(RULES)
  })

  test('each fact is the one that the machine would record there', () => {
    if (plan === undefined) throw new Error('its plan is not there')
    expect(conforms(plan, facts, plans)).toMatchObject({ ok: true })
  })

  test('a fact that is changed is found', () => {
    if (plan === undefined) throw new Error('its plan is not there')
    const at = facts.findIndex(({ type }) => type === 'step-started')
    const altered = facts.map((fact, index) =>
      index === at && fact.type === 'step-started' ? { ...fact, task: `${fact.task}7` } : fact,
    )
    expect(conforms(plan, altered, plans)).toMatchObject({ ok: false })
  })

  test('it has ended, and decide has nothing more to do', () => {
    if (plan === undefined) throw new Error('its plan is not there')
    const state = facts.reduce(evolve, initialState())
    expect(state.ended).not.toBeNull()
    expect(decide(plan, state)).toEqual({ type: 'done' })
  })
})
