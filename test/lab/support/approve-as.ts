import { expect } from 'vitest'
import { cli, type Ended } from '../../support/reprise.ts'
import { runOf } from './dr-site.ts'
import type { Lab } from './lab.ts'

/** Gives an approval that a run waits for, as somebody else than its operator; the run's id. */
export async function approveAs(
  lab: Lab,
  asked: Ended,
  { step, who }: { readonly step: string; readonly who: string },
): Promise<string> {
  const id = runOf(asked)
  const given = await lab.exec(`echo approve | '${process.execPath}' '${cli}' approve ${id} ${step} --as ${who}`)
  expect(given.code, asked.stdout + given.stdout + given.stderr).toBe(0)
  return id
}
