import { expect, test } from 'vitest'
import type { Settings } from '../../engine/model/fact.ts'
import type { PlanRequest } from '../../engine/plan/request.ts'
import { book, planOf, unattended } from './plan.ts'
import { play, type Script } from './scripted-world.ts'
import { story } from './story.ts'

/** A runbook, what comes of it, and how it ends. */
export interface Ended {
  readonly title: string
  readonly steps: readonly string[]
  readonly settings?: Settings
  readonly script?: Script
  readonly before?: string
  readonly after?: string
  readonly plan?: Partial<PlanRequest>
  /** The last line: result, exit code, failed step. */
  readonly end: string
  /** Lines that must be there, in this order. */
  readonly story?: readonly string[]
  /** Lines that must not be there. */
  readonly never?: readonly string[]
}

/** One test: the end, what leads to it, and what must not. */
export function ends({
  title,
  steps,
  settings = unattended(),
  script,
  before,
  after,
  plan,
  end,
  story: lines,
  never,
}: Ended): void {
  test(title, async () => {
    const made = planOf(
      book(steps, { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }),
      plan,
    )
    const { facts } = await play(made, settings, script)
    const told = story(facts)
    expect(told.at(-1)).toBe(`end ${end}`)
    const found = told.filter((line) => lines?.includes(line))
    expect([...new Set(found)]).toEqual(lines ?? [])
    expect(told.filter((line) => never?.includes(line))).toEqual([])
  })
}
