import { readRecord } from '../document/label-values.ts'
import type { Item, Phase, Runbook, Step } from '../model/runbook.ts'
import { attributeOf, isExecutable, labelOf, spotsOf, stepsOf } from './spots.ts'

/** Always set in a block's environment. */
export const builtIns: readonly string[] = ['RUN_ID', 'RUN_DIR', 'ENVIRONMENT', 'DRILL']

/** Set for each item of a repeated step. */
export const itemIndex = 'ITEM_INDEX'

/** A name that the engine itself knows: it can stand in expressions and in YAML bodies. */
export interface KnownName {
  readonly name: string
  readonly how: 'param' | 'capture' | 'record' | 'item'
  /** From which line on it has a value; 0 for parameters. */
  readonly line: number
  /** The repeated step or phase outside which it does not live. */
  readonly group: Step | Phase | null
  /** Of a capture or a parameter: `int`, `bool`, … */
  readonly type: string
}

const known = new WeakMap<Runbook, readonly KnownName[]>()

/** Parameters, captures, recorded values and items of **For each**. */
export function namesOf(runbook: Runbook): readonly KnownName[] {
  const found = known.get(runbook)
  if (found) return found
  const names = [
    ...runbook.params.map(({ name, type }): KnownName => ({
      name: name.value,
      how: 'param',
      line: 0,
      group: null,
      type: type.value.type,
    })),
    ...capturesOf(runbook),
    ...labelNames(runbook),
  ]
  known.set(runbook, names)
  return names
}

/** The repeated step or phase that a step belongs to. */
export function groupOf(step: Step | null, phase: Phase | null): Step | Phase | null {
  if (step !== null && labelOf(step.items, 'for-each') !== null) return step
  return phase !== null && labelOf(phase.items, 'for-each') !== null ? phase : null
}

function capturesOf(runbook: Runbook): KnownName[] {
  return spotsOf(runbook).flatMap(({ block, step, phase }) => {
    const attribute = attributeOf(block, 'capture')
    if (attribute === null || attribute.value === true || !isExecutable(block)) return []
    const { line } = block.place
    const group = groupOf(step, phase)
    return captures(attribute.value.value).flatMap(({ name, type }): KnownName[] =>
      block.kind === 'yaml'
        ? [name, type].map((one) => ({ name: one, how: 'capture', line, group, type: 'unknown' }))
        : [{ name, how: 'capture', line, group, type }],
    )
  })
}

/** The names and types of `capture="lag:int, age:duration"`. */
export function captures(text: string): { readonly name: string; readonly type: string }[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', type = 'string'] = part.split(':').map((word) => word.trim())
      return { name, type }
    })
}

function labelNames(runbook: Runbook): KnownName[] {
  const inItems = (items: readonly Item[], group: Step | Phase | null): KnownName[] =>
    items.flatMap((item): KnownName[] => {
      if (item.type !== 'label') return []
      const name = item.codes[0]?.value
      if (name === undefined) return []
      if (item.name === 'for-each') return [{ name, how: 'item', line: item.place.line, group, type: 'string' }]
      const record = item.name === 'record' ? readRecord(item) : null
      return record === null ? [] : [{ ...record, how: 'record', line: item.place.line, group }]
    })
  const phases = new Set(stepsOf(runbook).flatMap(({ phase }) => (phase === null ? [] : [phase])))
  return [
    ...[...phases].flatMap((phase) => inItems(phase.items, groupOf(null, phase))),
    ...stepsOf(runbook).flatMap(({ step, phase }) => inItems(step.items, groupOf(step, phase))),
  ]
}
