import { expect, test } from 'vitest'
import type { Settings } from '../../engine/model/fact.ts'
import type { PlanRequest } from '../../engine/plan/request.ts'
import { planOf, unattended } from './plan.ts'
import { play, type Script } from './scripted-world.ts'
import { story } from './story.ts'

/** A runbook, what comes of its tasks, and the whole story that this makes. */
export interface Told {
  readonly title: string
  readonly book: string
  readonly settings?: Settings
  readonly script?: Script
  readonly plan?: Partial<PlanRequest>
  /** Every line of the story. */
  readonly story: readonly string[]
}

/** One test for each story. An approval of the script is one of this plan. */
export function tell(stories: readonly Told[]): void {
  test.each(stories)('$title', async ({ book, plan: given, settings = unattended(), script, story: expected }) => {
    const plan = planOf(book, given)
    const says = script?.says?.map((one) =>
      one.message.say === 'approve' ? { ...one, message: { ...one.message, plan: plan.hash } } : one,
    )
    const { facts } = await play(plan, settings, { ...script, ...(says === undefined ? {} : { says }) })
    expect(story(facts)).toEqual(expected)
  })
}

/** Settings of a run that an answers file answers. */
export function answers(steps: object, onFailure: object = {}): Settings {
  return unattended({ answers: { steps, 'on-failure': onFailure } as never })
}

/** Somebody approves when a task begins. */
export function approves(by: string, when: string, step = 'a-approval'): NonNullable<Script['says']>[number] {
  return { when, by: { name: by, how: 'signed' }, message: { say: 'approve', step, plan: '', statement: '' } }
}
