import { nearest } from '../language/nearest.ts'
import type { Attribute, Block, Runbook } from '../model/runbook.ts'
import { attributesFor, flags, hasFlag, isAttribute, isExecutable } from './attributes.ts'
import { checkHold } from './check-hold.ts'
import { checkValue } from './check-value.ts'
import type { AttributeCode, AttributeName } from './codes.ts'
import { blockTypes } from './fence.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import type { Spot } from './spots.ts'

/** The code of a problem with an attribute's value: `wait-timeout`. */
export function attributeCode({ role }: Pick<Block, 'role'>, name: AttributeName): AttributeCode {
  return `${role === 'none' ? 'block' : role}-${name}`
}

/** Checks the attributes of every block: known, meant for that type, given once, with a value that can be read. */
export function checkAttributes(reading: Reading, runbook: Runbook, spots: readonly Spot[]): void {
  for (const { item, step } of spots) {
    if (item.type !== 'block' || item.attributes.length === 0) continue
    const seen = new Map<string, Attribute>()
    for (const attribute of item.attributes) {
      const { name } = attribute
      const before = seen.get(name.value)
      if (before !== undefined)
        report(reading, {
          rule: 'duplicate-attribute',
          place: name.place,
          reason: `Unexpected second ${name.value}, expected it once`,
          actual: name.value,
          cause: before.name,
        })
      else if (checkName(reading, item, attribute)) checkValue(reading, runbook, { block: item, attribute })
      seen.set(name.value, attribute)
    }
    checkTogether(reading, item)
    checkHold(reading, item)
    if (hasFlag(item, 'once') && step !== null && !step.items.some(proves))
      report(reading, {
        rule: 'missing-validation',
        place: item.attributes.find(({ name }) => name.value === 'once')?.name.place ?? item.place,
        reason: 'Unexpected once in a step without a validation, expected a **Validation** that says whether it is already so',
        expected: ['**Validation**'],
        actual: 'once',
      })
  }
}

function proves(item: Spot['item']): boolean {
  return item.type === 'block'
    ? item.role === 'validate' || item.role === 'wait'
    : item.type === 'label' && item.name === 'validation'
}

function checkName(reading: Reading, block: Block, attribute: Attribute): boolean {
  const { name, value } = attribute
  const allowed = attributesFor(block.role)
  if (isAttribute(name.value) && allowed.includes(name.value)) return checkForm(reading, block, attribute)
  const first = block.info !== null && block.attributes[0] === attribute && !block.typed && value === true
  const isType = (blockTypes as readonly string[]).includes(name.value)
  const words = first ? [...blockTypes, ...flags] : allowed
  const reason = isType
    ? `Unexpected type ${name.value} after an attribute, expected the type as the first word`
    : first && !isAttribute(name.value)
      ? `Unexpected type ${name.value}, expected ${blockTypes.join(', ')}`
      : isAttribute(name.value)
        ? `Unexpected ${name.value} on a ${block.role}, expected ${allowed.join(', ')}`
        : `Unexpected attribute ${name.value}, expected ${allowed.join(', ')}`
  report(reading, {
    rule: first && !isAttribute(name.value) ? 'unknown-type' : 'unknown-attribute',
    place: name.place,
    reason,
    expected: first && !isAttribute(name.value) ? blockTypes : allowed,
    actual: name.value,
    nearest: isAttribute(name.value) || isType ? null : nearest(name.value, words),
  })
  return false
}

/** A flag stands alone; everything else has a value. */
function checkForm(reading: Reading, block: Block, { name, value }: Attribute): boolean {
  if (!isAttribute(name.value)) return false
  const flag = flags.includes(name.value)
  if (flag === (value === true)) return !flag
  report(reading, {
    rule: attributeCode(block, name.value),
    place: value === true ? name.place : value.place,
    reason: flag
      ? `Unexpected value of ${name.value}, expected the word alone`
      : `Unexpected ${name.value} without a value, expected ${name.value}=…`,
    expected: [flag ? name.value : `${name.value}=…`],
    actual: value === true ? name.value : value.value,
  })
  return false
}

function checkTogether(reading: Reading, block: Block): void {
  const at = (name: AttributeName): Attribute | undefined => block.attributes.find((one) => one.name.value === name)
  const retries = at('retries')
  if (block.role === 'command' && block.kind !== 'yaml' && retries !== undefined && at('idempotent') === undefined)
    report(reading, {
      rule: 'command-retries',
      place: retries.name.place,
      reason: 'Unexpected retries on a command that is not idempotent, expected idempotent: the word that it is safe to repeat',
      expected: ['idempotent'],
      actual: 'retries',
    })
  const use = at('use')
  if (use !== undefined && block.kind !== 'yaml' && isExecutable(block))
    report(reading, {
      rule: attributeCode(block, 'use'),
      place: use.name.place,
      reason: `Unexpected use on a ${block.lang ?? 'plain'} fence, expected a yaml fence`,
      expected: ['yaml'],
      actual: block.lang,
    })
}
