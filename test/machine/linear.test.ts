import { expect, test } from 'vitest'
import type { PlanEntry } from '../../engine/model/plan.ts'
import { book, command, planOf, step, unattended } from './plan.ts'
import { play } from './scripted-world.ts'

/** How often an entry of the plan is looked at in a whole run of so many steps. */
async function looksAt(count: number): Promise<number> {
  const plan = planOf(book(Array.from({ length: count }, (_, index) => step(`Step ${index + 1}: S`, command(`c${index}`)))))
  let looks = 0
  const steps = new Proxy<readonly PlanEntry[]>(plan.steps, {
    get(target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) looks += 1
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  const { state } = await play({ ...plan, steps }, unattended())
  expect(state.ended?.result).toBe('passed')
  return looks
}

test('no pass over the whole plan per fact: twice the steps, twice the looks', async () => {
  const [some, twice] = [await looksAt(100), await looksAt(200)]
  expect(twice).toBeLessThan(some * 2.5)
})
