import { checkValue } from '../language/type.ts'
import type { Located } from '../model/problem.ts'
import type { ParamDeclaration, Runbook } from '../model/runbook.ts'
import { nearest } from '../language/nearest.ts'
import { isName, whyReserved } from './check-capture.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

/** Checks the parameters: names, defaults against their types, and lists that types name. */
export function checkParams(reading: Reading, { params }: Runbook): void {
  const seen = new Map<string, Located<string>>()
  for (const param of params) {
    const { name } = param
    const first = seen.get(name.value)
    if (!isName(name.value))
      report(reading, {
        rule: 'param-name',
        place: name.place,
        reason: `Unexpected parameter name "${name.value}", expected a name such as MAX_LAG`,
        expected: ['MAX_LAG'],
        actual: name.value,
      })
    else if (whyReserved(name.value) !== null)
      report(reading, {
        rule: 'reserved-name',
        place: name.place,
        reason: `Unexpected parameter ${name.value}, ${whyReserved(name.value) ?? ''}: expected another name`,
        actual: name.value,
      })
    else if (first !== undefined)
      report(reading, {
        rule: 'duplicate-param',
        place: name.place,
        reason: `Unexpected second parameter ${name.value}, expected each name once`,
        actual: name.value,
        cause: first,
      })
    if (first === undefined) seen.set(name.value, name)
    checkOf(reading, param, params)
    checkDefault(reading, param)
  }
}

function checkOf(reading: Reading, { type }: ParamDeclaration, params: readonly ParamDeclaration[]): void {
  if (type.value.type !== 'enum-of') return
  const { param } = type.value
  const of = params.find(({ name }) => name.value === param)
  if (of?.type.value.type === 'list') return
  const lists = params.filter((one) => one.type.value.type === 'list').map(({ name }) => name.value)
  report(reading, {
    rule: of === undefined ? 'unknown-param' : 'param-type',
    place: type.place,
    reason:
      of === undefined
        ? `Unexpected parameter ${param}, expected a declared list`
        : `Unexpected parameter ${param} of type ${of.typeText}, expected a list`,
    expected: lists,
    actual: param,
    nearest: nearest(param, lists),
    cause: of === undefined ? null : { value: of.typeText, place: of.type.place },
  })
}

function checkDefault(reading: Reading, { type, typeText, ...param }: ParamDeclaration): void {
  const { value, place } = param.default
  if (value.from === 'cmd' || value.from === 'file') {
    const text = value.from === 'cmd' ? value.command : value.path
    if (text !== '') return
  }
  if (value.from !== 'literal') return
  if (type.value.type === 'secret') {
    report(reading, {
      rule: 'param-default',
      place,
      reason: 'Unexpected secret written in the file, expected env, ask, file:… or cmd:…',
      expected: ['env', 'ask', 'file:PATH', 'cmd:COMMAND'],
    })
    return
  }
  if (type.value.type === 'enum-of') return
  // Two quotes are what an author writes for nothing: a list of nothing is no list.
  const checked = checkValue(type.value, type.value.type === 'list' && value.text === '""' ? '' : value.text)
  if (checked.ok) return
  report(reading, {
    rule: 'param-default',
    place,
    reason: `Unexpected default "${value.text}" of type ${typeText}, expected ${checked.expected}`,
    expected: [checked.expected],
    actual: value.text,
    cause: { value: typeText, place: type.place },
  })
}
