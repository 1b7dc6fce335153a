import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { outputOf, shownState, stateOutput, unitName, unitState } from './support/systemctl.ts'

const input = z.strictObject({
  unit: unitName.describe('Unit: `kafka.service`.'),
  state: z.enum(['active', 'inactive', 'failed']).default('active').describe('State that it must have.'),
  enabled: z.boolean().optional().describe('It must start with the machine, or must not.'),
  timeoutMs: z.int().positive().default(10_000).describe('How long systemctl may take, in milliseconds.'),
})

export default defineStep({
  name: 'systemd.state',
  summary: 'Require that a systemd unit is active, inactive or failed.',
  effect: 'reads',
  input,
  output: stateOutput,
  examples: [
    { title: 'It runs', yaml: 'unit: kafka.service', says: 'kafka.service is active' },
    {
      title: 'It is stopped and stays so after a reboot',
      yaml: 'unit: mirror-maker.service\nstate: inactive\nenabled: false',
      says: 'mirror-maker.service is inactive and does not start with the machine',
    },
  ],
  describe: ({ unit, state, enabled }) =>
    `${unit} is ${state}${enabled === undefined ? '' : enabled ? ' and starts with the machine' : ' and does not start with the machine'}`,
  byHand: ({ unit, state, enabled }) =>
    [
      `systemctl is-active ${unit}   # must say ${state}`,
      ...(enabled === undefined ? [] : [`systemctl is-enabled ${unit}   # must say ${enabled ? 'enabled' : 'disabled'}`]),
    ].join('\n'),
  async execute({ unit, state, enabled, timeoutMs }, tools) {
    const asked = await unitState(unit, { timeoutMs, tools })
    if (!asked.ok) return { status: 'failed', verdict: 'unknown', summary: `${unit}: ${asked.reason}` }
    const found = asked.value
    const result = outputOf(found)
    const evidence = { unit, ...found }
    const wrong = [
      ...(found.load === 'not-found' ? ['there is no such unit'] : []),
      ...(found.active === state ? [] : [`${shownState(found)}, expected ${state}`]),
      ...(enabled === undefined || (found.file === 'enabled') === enabled
        ? []
        : [`${found.file || 'not enabled'}, expected ${enabled ? 'enabled' : 'disabled'}`]),
    ]
    if (wrong.length > 0)
      return {
        status: 'failed',
        verdict: 'fail',
        summary: `${unit}: ${wrong.join('; ')}`,
        output: result,
        evidence,
        retryAfterMs: 1000,
      }
    return { status: 'done', verdict: 'pass', summary: `${unit} is ${shownState(found)}`, output: result, evidence }
  },
})
