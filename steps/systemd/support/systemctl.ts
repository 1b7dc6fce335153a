import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { firstLineOf, runProgram } from '../../support/run-program.ts'

/** A unit's name, as systemd has it. */
export const unitName = z
  .string()
  .regex(/^[A-Za-z0-9@:_.\\][A-Za-z0-9@:_.\\-]*$/, 'Invalid input: expected a unit such as kafka.service')

/** What systemd says of a unit. */
export interface UnitState {
  readonly load: string
  readonly active: string
  readonly sub: string
  /** Why it ended last: `success`, `exit-code`, `oom-kill`. */
  readonly result: string
  /** `enabled`, `disabled`, `static`. */
  readonly file: string
  readonly mainPid: number
  readonly restarts: number
  /** Another one at every start. */
  readonly invocation: string
}

export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'Result', 'UnitFileState', 'MainPID', 'NRestarts', 'InvocationID']

/** Why systemd cannot be asked, in words that help. */
function whyNot(stderr: string): string {
  if (/not been booted with systemd/i.test(stderr))
    return 'systemd is not process 1 here: this machine starts and stops its services another way'
  if (/access denied|interactive authentication|permission denied|operation not permitted/i.test(stderr))
    return `this account may not do that (${firstLineOf(stderr)})`
  return firstLineOf(stderr) || 'systemctl says nothing'
}

/** Runs `systemctl` without questions. */
export async function systemctl(
  args: readonly string[],
  { timeoutMs, tools }: { readonly timeoutMs: number; readonly tools: StepTools },
): Promise<Asked<string>> {
  const ran = await runProgram({
    file: 'systemctl',
    args: ['--no-ask-password', '--no-pager', ...args],
    timeoutMs,
    signal: tools.signal,
  })
  if (!ran.ok) return { ok: false, reason: ran.isMissing ? 'there is no systemctl here: no systemd' : ran.reason }
  return ran.exit === 0 ? { ok: true, value: ran.stdout } : { ok: false, reason: whyNot(ran.stderr) }
}

/** Asks for a unit's state. A unit that does not exist has the load state `not-found`. */
export async function unitState(
  unit: string,
  how: { readonly timeoutMs: number; readonly tools: StepTools },
): Promise<Asked<UnitState>> {
  const said = await systemctl(['show', `--property=${PROPERTIES.join(',')}`, '--', unit], how)
  if (!said.ok) return said
  const values = Object.fromEntries(said.value.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]))
  const active = values['ActiveState']
  if (active === undefined || active === '') return { ok: false, reason: `systemctl says nothing of ${unit}` }
  return {
    ok: true,
    value: {
      load: values['LoadState'] ?? '',
      active,
      sub: values['SubState'] ?? '',
      result: values['Result'] ?? '',
      file: values['UnitFileState'] ?? '',
      mainPid: Number(values['MainPID'] ?? 0),
      restarts: Number(values['NRestarts'] ?? 0),
      invocation: values['InvocationID'] ?? '',
    },
  }
}

/** `active (running)`, and why it failed last. */
export function shownState({ active, sub, result }: UnitState): string {
  return `${active} (${sub})${result === '' || result === 'success' ? '' : `, ${result}`}`
}

/** What captures can name of a unit's state. */
export const stateOutput = z.strictObject({
  active: z.string().describe('`active`, `inactive`, `failed`, `activating`, `deactivating`.'),
  sub: z.string().describe('More exactly: `running`, `dead`, `exited`.'),
  mainPid: z.int().describe('Number of its main process; 0 without one.'),
  restarts: z.int().describe('How often systemd restarted it by itself.'),
  enabled: z.string().describe('Whether it starts with the machine: `enabled`, `disabled`, `static`.'),
})

export type StateOutput = z.infer<typeof stateOutput>

export const outputOf = ({ active, sub, mainPid, restarts, file }: UnitState): StateOutput => ({
  active,
  sub,
  mainPid,
  restarts,
  enabled: file,
})
