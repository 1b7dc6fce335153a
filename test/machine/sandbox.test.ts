import { createContext, runInContext } from 'node:vm'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import type { Plan } from '../../engine/model/plan.ts'
import { book, check, command, planOf, step, unattended, undo, validate } from './plan.ts'

/** The loop of a workflow engine: nothing but the language itself, and what the machine says. */
const LOOP = `
(plan, settings) => {
  let state = machine.initialState()
  const facts = []
  const append = (fact) => {
    const stamped = { ...fact, seq: facts.length + 1, run: 'r', at: '', ms: facts.length }
    facts.push(JSON.stringify(stamped))
    state = machine.evolve(state, stamped)
  }
  append({ type: 'run-started', rules: 1, tool: '1', plan: plan.hash, settings, values: {} })
  for (;;) {
    const command = machine.decide(plan, state)
    if (command.type === 'done') return JSON.stringify({ ended: state.ended, facts: facts.length })
    if (command.type === 'record') append(command.fact)
    if (command.type === 'cancel') append({ type: 'cancelling', task: command.task, why: command.why })
    if (command.type === 'begin') append(machine.begun(command.task))
    if (command.type === 'await') {
      const open = Object.values(state.open)[0]
      if (open === undefined) append({ type: 'time-reached', untilMs: command.untilMs })
      else {
        const { task, step, key, purpose, attempt } = open
        const failed = step === 'c' && purpose === 'run'
        const outcome = failed
          ? { status: 'failed', cause: { type: 'exit', text: '1' }, tail: '', tookMs: 1 }
          : { status: 'done', tail: '', tookMs: 1 }
        append({ type: 'step-ended', task, step, key, purpose, attempt, outcome })
      }
    }
  }
}`

async function bundleOfMachine(): Promise<string> {
  const entry = 'machine-in-a-sandbox'
  const from = (file: string): string => JSON.stringify(new URL(`../../engine/machine/${file}`, import.meta.url).pathname)
  const build = await rolldown({
    input: entry,
    platform: 'neutral',
    plugins: [
      {
        name: entry,
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? `export { decide } from ${from('decide.ts')}\nexport { evolve, initialState } from ${from('evolve.ts')}\nexport { begun } from ${from('drive.ts')}\nexport { recover } from ${from('recover.ts')}\nexport { judge } from ${from('judge.ts')}\n`
            : null,
      },
    ],
    resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] },
  })
  const { output } = await build.generate({ format: 'iife', name: 'machine' })
  await build.close()
  return output[0].code
}

test('the machine runs where there is nothing but the language: no process, no clock, no module', async () => {
  const plan: Plan = planOf(
    book([step('Step 1: A', command('a'), validate('v'), undo('ua')), step('Step 2: C', check('c', 'retries=1'))]),
  )
  const context = createContext(Object.create(null) as object, { codeGeneration: { strings: false, wasm: false } })
  // What the language itself would leave to chance is taken away as well.
  runInContext('delete globalThis.Date; delete Math.random; delete globalThis.console', context)
  runInContext(await bundleOfMachine(), context)
  const run = runInContext(LOOP, context) as (plan: unknown, settings: unknown) => string
  const said = run(structuredClone(plan), unattended())
  expect(JSON.parse(said)).toMatchObject({ ended: { result: 'rolled-back', exitCode: 3 } })
})
