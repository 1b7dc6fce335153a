import type { PlanEntry } from '../model/plan.ts'
import type { Body } from './bodies.ts'

/** What everything that is no block has in common. */
export type Plain = Pick<PlanEntry, 'id' | 'type' | 'title' | 'text' | 'line'> & Partial<PlanEntry>

/** An entry with every field: what is not given is empty. */
export function entryOf({ id, section }: Pick<Body, 'id' | 'section'>, given: Plain): PlanEntry {
  return {
    part: id,
    group: null,
    section,
    use: null,
    treatment: 'execute',
    effect: 'reads',
    hash: '',
    input: null,
    byHand: null,
    reads: [],
    unknown: [],
    timeoutMs: 0,
    timeoutWritten: false,
    everyMs: null,
    retries: 0,
    holdMs: null,
    freshMs: null,
    confirm: { type: 'no' },
    onFailure: 'stop',
    flags: { irreversible: false, idempotent: false, interactive: false, once: false, steady: false, imported: false },
    captures: [],
    expect: null,
    assert: null,
    proves: null,
    approve: null,
    onlyIf: null,
    by: null,
    rows: [],
    guards: [],
    diagnose: [],
    undo: [],
    undoNone: false,
    undoSelf: false,
    looks: false,
    host: null,
    needsEdit: null,
    ...given,
  }
}
