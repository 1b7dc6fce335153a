import { z } from 'zod'
import { defineStep } from '../../engine/model/step-type.ts'
import { fence, step } from './plan.ts'

const typed = defineStep({
  name: 'example.set',
  summary: 'Set it.',
  effect: 'changes',
  input: z.strictObject({}),
  output: z.object({ total: z.int() }),
  examples: [],
  describe: () => 'set it',
  byHand: () => 'set it',
  check: () => Promise.resolve({ status: 'needed', summary: '' } as never),
  execute: () => Promise.resolve({ status: 'done', summary: '' }),
  undo: () => Promise.resolve({ status: 'done', summary: '' } as never),
})

/** A step type that looks, runs, and undoes itself. */
export const stepTypes = new Map([[typed.name, typed]])

/** A step of it. */
export const set = step('Step 1: Set', fence('yaml {command id=t use=example.set}', '{}'))

/** A step type that writes and cannot be undone. */
export const probe = defineStep({
  name: 'example.probe',
  summary: 'Write a record and read it back.',
  effect: 'changes',
  input: z.strictObject({}),
  output: z.object({}),
  examples: [],
  describe: () => 'write a record and read it back',
  byHand: () => 'write a record and read it back',
  execute: () => Promise.resolve({ status: 'done', summary: '' }),
})
