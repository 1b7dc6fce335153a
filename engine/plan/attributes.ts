import { parseDuration } from '../language/duration.ts'
import type { Block } from '../model/runbook.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'

/** Whether a flag stands on a block. */
export function hasFlag({ attributes }: Block, name: string): boolean {
  return attributes.some((one) => one.name.value === name)
}

/** An attribute's text; null where it is missing or a flag. */
export function attributeText({ attributes }: Block, name: string): string | null {
  const value = attributes.find((one) => one.name.value === name)?.value
  return value === undefined || value === true ? null : value.value
}

/** A duration, or the duration parameter that the value names. */
export function durationOf(making: Making, block: Block, name: string): number | null {
  const text = attributeText(block, name)
  if (text === null) return null
  const direct = parseDuration(text)
  if (direct !== null) return direct
  const param = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(text)?.[1]
  const value = param === undefined ? undefined : making.values[param]
  const ms = value === undefined || 'ref' in value ? null : parseDuration(value.text)
  if (ms !== null) return ms
  problem(making, {
    rule: 'attribute-duration',
    place: block.attributes.find((one) => one.name.value === name)?.name.place ?? block.place,
    reason: `Unexpected ${name}=${text}, expected a duration such as 90s, or a duration parameter that is known before the start`,
    expected: ['90s', '$NAME'],
    actual: text,
  })
  return null
}

/** Whether a block runs. */
export function isExecutable({ role }: Pick<Block, 'role'>): boolean {
  return role !== 'none' && role !== 'setup' && role !== 'example'
}
