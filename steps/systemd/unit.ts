import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import {
  type Asked,
  outputOf,
  shownState,
  stateOutput,
  type StateOutput,
  systemctl,
  unitName,
  type UnitState,
  unitState,
} from './support/systemctl.ts'

const POLL_MS = 500

const input = z.strictObject({
  unit: unitName.describe('Unit: `kafka.service`.'),
  action: z.enum(['start', 'stop', 'restart']).describe('What to do. What only looks is `systemd.state`.'),
  waitMs: z.int().positive().default(60_000).describe('How long it may take until it is so, in milliseconds.'),
})

type Input = z.infer<typeof input>

/** What is kept for the way back. */
interface Before {
  readonly active: string
  readonly invocation: string
}

export default defineStep({
  name: 'systemd.unit',
  summary: 'Start, stop or restart a systemd unit and wait until it is so; undone, it is as it was.',
  effect: 'changes',
  input,
  output: stateOutput,
  examples: [
    { title: 'Stop a service', yaml: 'unit: mirror-maker.service\naction: stop', says: 'stop mirror-maker.service' },
    {
      title: 'A broker that takes its time',
      yaml: 'unit: kafka.service\naction: restart\nwaitMs: 300000',
      says: 'restart kafka.service',
    },
  ],
  describe: ({ unit, action }) => `${action} ${unit}`,
  byHand: ({ unit, action }) =>
    `systemctl ${action} ${unit}\nsystemctl is-active ${unit}   # must say ${action === 'stop' ? 'inactive' : 'active'}`,
  async check({ unit, action, waitMs }, tools) {
    const asked = await unitState(unit, { timeoutMs: waitMs, tools })
    if (!asked.ok) return { status: 'unknown', summary: `${unit}: ${asked.reason}` }
    const found = asked.value
    if (found.load === 'not-found') return { status: 'unknown', summary: `there is no unit ${unit}` }
    const before: Before = { active: found.active, invocation: found.invocation }
    const isSo = action === 'start' ? found.active === 'active' : action === 'stop' && found.active === 'inactive'
    return { status: isSo ? 'done' : 'needed', summary: `${unit} is ${shownState(found)}`, before: { ...before } }
  },
  async execute(given, tools): Promise<StepOutcome<StateOutput>> {
    const { unit, waitMs } = given
    const was = await unitState(unit, { timeoutMs: waitMs, tools })
    if (!was.ok) return { status: 'not-started', verdict: 'unknown', summary: `${unit}: ${was.reason}` }
    if (was.value.load === 'not-found') return { status: 'not-started', verdict: 'fail', summary: `there is no unit ${unit}` }
    return brought(given, was.value, tools)
  },
  async undo({ unit, action, waitMs }, was, tools): Promise<StepOutcome<unknown>> {
    const before = was.before as Before | undefined
    if (before === undefined) return { status: 'failed', summary: `it is not known how ${unit} was before` }
    const now = await unitState(unit, { timeoutMs: waitMs, tools })
    if (!now.ok) return { status: 'failed', summary: `${unit}: ${now.reason}` }
    const ran = before.active === 'active' || before.active === 'activating' || before.active === 'reloading'
    if (ran === (now.value.active === 'active'))
      return {
        status: 'done',
        summary: `${unit} is ${shownState(now.value)}, as before${action === 'restart' ? ' the restart' : ''}`,
      }
    return brought({ unit, action: ran ? 'start' : 'stop', waitMs }, now.value, tools)
  },
})

/** Does it and waits until it is so. */
async function brought({ unit, action, waitMs }: Input, was: UnitState, tools: StepTools): Promise<StepOutcome<StateOutput>> {
  const began = tools.clock.now().getTime()
  const done = await systemctl([action, '--', unit], { timeoutMs: waitMs, tools })
  const evidence = { unit, action, before: { ...was }, at: new Date(began).toISOString() }
  if (!done.ok && /may not do that|not process 1|no systemctl/.test(done.reason))
    return { status: 'not-started', verdict: 'fail', summary: `${action} ${unit}: ${done.reason}`, evidence }
  const isSo = (now: UnitState): boolean =>
    action === 'stop'
      ? now.active === 'inactive'
      : now.active === 'active' && (action === 'start' || now.invocation === '' || now.invocation !== was.invocation)
  let now: Asked<UnitState> = await unitState(unit, { timeoutMs: waitMs, tools })
  while (done.ok && now.ok && !isSo(now.value) && now.value.active !== 'failed' && !tools.signal.aborted) {
    const elapsedMs = tools.clock.now().getTime() - began
    if (elapsedMs + POLL_MS > waitMs) break
    tools.progress(
      `${shownState(now.value)}, ${Math.round(elapsedMs / 1000)} s of ${waitMs / 1000} s, again in ${POLL_MS / 1000} s`,
    )
    await tools.clock.sleep(POLL_MS)
    now = await unitState(unit, { timeoutMs: waitMs, tools })
  }
  if (!now.ok) return { status: 'unknown', verdict: 'unknown', summary: `${action} ${unit}: ${now.reason}`, evidence }
  const output = outputOf(now.value)
  const seen = { ...evidence, after: { ...now.value } }
  if (done.ok && isSo(now.value))
    return { status: 'done', verdict: 'pass', summary: `${unit} is ${shownState(now.value)}`, output, evidence: seen }
  const why = done.ok ? `it is not ${action === 'stop' ? 'inactive' : 'active'} within ${waitMs / 1000} s` : done.reason
  return {
    status: 'failed',
    verdict: 'fail',
    summary: `${action} ${unit}: ${shownState(now.value)}, ${why}`,
    output,
    evidence: seen,
  }
}
