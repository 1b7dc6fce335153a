import { z } from 'zod'
import type { LintContext } from '../../engine/lint/lint.ts'
import { defineStep } from '../../engine/model/step-type.ts'

const probe = defineStep({
  name: 'example.probe',
  summary: 'Count what is found.',
  effect: 'reads',
  input: z.strictObject({
    cluster: z.string().describe('Where.'),
    max: z.int().min(0).default(0).describe('Limit.'),
    servers: z
      .array(z.strictObject({ host: z.string(), port: z.int() }))
      .optional()
      .describe('Who.'),
  }),
  output: z.object({ count: z.int().describe('How many.') }),
  examples: [],
  describe: () => 'probe',
  byHand: () => 'look',
  execute: () => Promise.resolve({ status: 'done', summary: 'done', output: { count: 0 } }),
})

/** A world with one step type, two hosts (one gone), and one other file, `there.md`. */
export const world: LintContext = {
  stepTypes: new Map([[probe.name, probe]]),
  hosts: { 'kafka-1': { status: 'active' }, 'kafka-9': { status: 'decommissioned' } },
  inventoryNames: null,
  exists: (path) => path === 'there.md',
  anchorsOf: (path) => (path === 'there.md' ? ['there', 'step-1-look'] : null),
  severities: {},
  drill: false,
}
