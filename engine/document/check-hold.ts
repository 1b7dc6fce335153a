import { parseDuration } from '../language/duration.ts'
import type { Attribute, Block } from '../model/runbook.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

const defaultTimeoutMs = 300_000

/** A `hold` that is longer than its timeout can never succeed. */
export function checkHold(reading: Reading, block: Block): void {
  const hold = find(block, 'hold')
  if (hold === null || (block.role !== 'check' && block.role !== 'validate' && block.role !== 'wait')) return
  const timeout = find(block, 'timeout')
  const holdMs = parseDuration(hold.value)
  const timeoutMs = timeout === null ? defaultTimeoutMs : parseDuration(timeout.value)
  if (holdMs === null || timeoutMs === null || holdMs <= timeoutMs) return
  const limit = timeout === null ? '5m, the default timeout' : `the timeout, ${timeout.value}`
  report(reading, {
    rule: `${block.role}-hold`,
    place: hold.place,
    reason: `Unexpected hold "${hold.value}", expected no longer than ${limit}`,
    expected: [`at most ${timeout?.value ?? '5m'}`],
    actual: hold.value,
    cause: timeout,
  })
}

function find(block: Block, name: 'hold' | 'timeout'): Exclude<Attribute['value'], true> | null {
  const value = block.attributes.find((one) => one.name.value === name)?.value
  return value === undefined || value === true ? null : value
}
