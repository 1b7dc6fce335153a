import type { DecisionTable, Runbook, Step } from '../model/runbook.ts'
import type { Place } from '../model/problem.ts'
import { readDrill } from '../document/label-values.ts'
import { finderOf } from './find-step.ts'
import { labelOf, stepsOf } from './spots.ts'
import type { StepSpot } from './spots.ts'

export interface Jump {
  readonly to: number
  /** The target's cell; null where a step goes on to the next. */
  readonly place: Place | null
}

/** Where each step of the procedure can lead. */
export interface Flow {
  readonly spots: readonly StepSpot[]
  readonly jumps: readonly (readonly Jump[])[]
}

const flows = new WeakMap<Runbook, Flow>()

/** The procedure as a graph: the next step, and what decisions lead to. */
export function flowOf(runbook: Runbook): Flow {
  const known = flows.get(runbook)
  if (known) return known
  const spots = stepsOf(runbook)
  const at = new Map(spots.map(({ step }, index) => [step, index]))
  const jumps = spots.map((spot, index) => jumpsOf(runbook, spot, index, at).filter(({ to }) => to < spots.length))
  const flow = { spots, jumps }
  flows.set(runbook, flow)
  return flow
}

function jumpsOf(runbook: Runbook, { step, phase }: StepSpot, index: number, at: ReadonlyMap<Step, number>): Jump[] {
  const jumps: Jump[] = []
  for (const item of step.items) {
    if (item.type !== 'decision') continue
    for (const { target } of item.rows) {
      if (target.value.type !== 'step') continue
      const found = finderOf(runbook)(target.value.to, phase)
      const to = found === null ? undefined : at.get(found)
      if (to !== undefined) jumps.push({ to, place: target.place })
    }
    if (!goesOn(item) && !mayBePassedOver(step)) return jumps
  }
  return [...jumps, { to: index + 1, place: null }]
}

function goesOn({ rows }: DecisionTable): boolean {
  return rows.some(({ target }) => ['continue', 'ask', 'approve', 'unknown'].includes(target.value.type))
}

function mayBePassedOver(step: Step): boolean {
  const drill = labelOf(step.items, 'drill')
  return labelOf(step.items, 'only-if') !== null || (drill !== null && readDrill(drill) !== 'run')
}

/** Which steps can be reached from the first. */
export function reachable({ spots, jumps }: Flow): readonly boolean[] {
  const seen = spots.map(() => false)
  const open = spots.length > 0 ? [0] : []
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen[at] === true) continue
    seen[at] = true
    for (const { to } of jumps[at] ?? []) open.push(to)
  }
  return seen
}

/** For each step the number of the circle it lies in, leaving out the steps of `bounded`; steps of one circle reach each other. */
export function circles({ spots, jumps }: Flow, bounded: readonly boolean[]): readonly number[] {
  const order: number[] = []
  const seen = spots.map((_, index) => bounded[index] === true)
  const back: number[][] = spots.map(() => [])
  for (const [from, all] of jumps.entries())
    for (const { to } of all) if (bounded[from] !== true && bounded[to] !== true) back[to]?.push(from)
  for (const start of spots.keys()) {
    const path: { at: number; next: number }[] = seen[start] === true ? [] : [{ at: start, next: 0 }]
    seen[start] = true
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = jumps[top.at]?.[top.next]?.to
      top.next += 1
      if (to === undefined) {
        order.push(top.at)
        path.pop()
      } else if (seen[to] !== true) {
        seen[to] = true
        path.push({ at: to, next: 0 })
      }
    }
  }
  const circle = spots.map(() => -1)
  for (const start of order.toReversed()) {
    const open = [start]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (circle[at] !== -1) continue
      circle[at] = start
      open.push(...(back[at] ?? []))
    }
  }
  return circle
}
