import { nearest } from '../language/nearest.ts'
import { parseType } from '../language/type.ts'
import type { Label, Runbook } from '../model/runbook.ts'
import { captureTypes, checkFree, isName, readCaptures } from './check-capture.ts'
import { readAtMost, readDrill, readForEach, readRecord } from './label-values.ts'
import { proseDuration } from './prose-duration.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import type { Spot } from './spots.ts'
import { readRoles } from './targets.ts'

/** Checks what stands behind the labels that have a form. */
export function checkLabels(reading: Reading, runbook: Runbook, spots: readonly Spot[]): void {
  const known = knownNames(runbook, spots)
  for (const { item, section } of spots) {
    if (item.type !== 'label' || section.name !== 'procedure') continue
    switch (item.name) {
      case 'drill':
        checkDrill(reading, item)
        break
      case 'for-each':
        checkForEach(reading, runbook, item)
        break
      case 'approval':
        checkApproval(reading, item)
        break
      case 'record':
        checkRecord(reading, runbook, item)
        break
      case 'at-most':
        if (readAtMost(item) === null) wrong(reading, item, { rule: 'at-most', what: 'bound', expected: ['3'] })
        break
      case 'duration':
        if (proseDuration(item.text) === null)
          wrong(reading, item, { rule: 'duration-label', what: 'duration', expected: ['15m', '2h'], severity: 'warning' })
        break
      case 'on':
        checkOn(reading, item, known)
        break
      case 'validation':
      case 'on-failure':
      case 'rollback':
      case 'only-if':
      case 'role':
        break
    }
  }
}

function wrong(
  reading: Reading,
  { text, textPlace }: Label,
  {
    rule,
    what,
    expected,
    near = null,
    severity = 'error',
  }: {
    rule: 'at-most' | 'duration-label' | 'drill-word' | 'on-host' | 'approval-role' | 'for-each' | 'record-name'
    what: string
    expected: readonly string[]
    near?: string | null
    severity?: 'error' | 'warning'
  },
): void {
  report(reading, {
    rule,
    severity,
    place: textPlace,
    reason: `Unexpected ${what} "${text}", expected ${expected.join(', ')}`,
    expected,
    actual: text,
    nearest: near,
  })
}

const drillWordsOf = { en: ['simulated', 'skipped', 'run'], fr: ['simulée', 'omise', 'réelle'] }
const drillWords = [...drillWordsOf.en, ...drillWordsOf.fr]

function checkDrill(reading: Reading, label: Label): void {
  if (readDrill(label) !== null) return
  const word = /^[\p{L}]+/u.exec(label.text.replace(/[`*]/g, ''))?.[0] ?? ''
  const near = nearest(word.toLowerCase(), drillWordsOf[reading.lang])
  wrong(reading, label, { rule: 'drill-word', what: 'word', expected: drillWords, near })
}

function checkForEach(reading: Reading, runbook: Runbook, label: Label): void {
  const found = readForEach(label)
  const form = ['`BROKER` in `BROKERS`', '`BROKER` in `kafka-1`, `kafka-2`, 3 at a time']
  if (found === null || !isName(found.variable)) return wrong(reading, label, { rule: 'for-each', what: 'form', expected: form })
  const [variable, list] = label.codes
  if (variable !== undefined) checkFree(reading, { ...runbook, params: [] }, variable)
  if (found.list === null || list === undefined) return
  const param = runbook.params.find(({ name }) => name.value === found.list)
  if (param?.type.value.type === 'list') return
  const lists = runbook.params.filter(({ type }) => type.value.type === 'list').map(({ name }) => name.value)
  report(reading, {
    rule: param === undefined ? 'unknown-param' : 'for-each',
    place: list.place,
    reason:
      param === undefined
        ? `Unexpected parameter ${list.value}, expected a declared list, or at least two values in code`
        : `Unexpected parameter ${list.value} of type ${param.typeText}, expected a list`,
    expected: lists,
    actual: list.value,
    nearest: nearest(list.value, lists),
    cause: param === undefined ? null : { value: param.typeText, place: param.type.place },
  })
}

function checkApproval(reading: Reading, label: Label): void {
  const own = label.after === '' ? label.text : label.text.slice(0, -label.after.length).trim()
  const roles = label.codes.length > 0 ? readRoles(label.codes.map(({ value }) => value).join(',')) : readRoles(own)
  if (roles.length === 0 || roles.some(({ role, count }) => role === '' || count === 0))
    wrong(reading, label, { rule: 'approval-role', what: 'approval', expected: ['`dr-lead`', '`dr-lead`, 2 × `business`'] })
}

function checkRecord(reading: Reading, runbook: Runbook, label: Label): void {
  const found = readRecord(label)
  const [code] = label.codes
  if (found === null || code === undefined || !isName(found.name))
    return wrong(reading, label, { rule: 'record-name', what: 'record', expected: ['`CHANGE` (string)'] })
  checkFree(reading, runbook, { value: found.name, place: code.place })
  if (captureTypes.includes(found.type)) return
  const parsed = parseType(found.type)
  if (parsed.ok) return
  report(reading, {
    rule: 'record-type',
    place: label.textPlace,
    reason: `Unexpected type "${found.type}", expected ${captureTypes.join(', ')}`,
    expected: captureTypes,
    actual: found.type,
    nearest: nearest(found.type, captureTypes) ?? parsed.nearest,
  })
}

function checkOn(reading: Reading, label: Label, known: readonly string[]): void {
  const host = label.codes[0]?.value ?? label.text
  if (!/^\$\{?[A-Za-z_]\w*\}?$|^[\w.@:-]+$/.test(host.trim()) || host.trim().startsWith('-'))
    return wrong(reading, label, { rule: 'on-host', what: 'host', expected: ['`$BROKER`', '`kafka-1`'] })
  const name = /^\$\{?(\w+)\}?$/.exec(host.trim())?.[1]
  if (name === undefined || known.includes(name)) return
  const near = nearest(name, known)
  report(reading, {
    rule: 'unknown-param',
    place: label.codes[0]?.place ?? label.textPlace,
    reason: `Unexpected name ${host}, expected a parameter, a capture or the name of a For each`,
    expected: known.map((one) => `$${one}`),
    actual: host,
    nearest: near === null ? null : `$${near}`,
  })
}

/** Names that have a value somewhere in a run: parameters, captures, recorded values, names of **For each**. */
function knownNames(runbook: Runbook, spots: readonly Spot[]): string[] {
  return [
    ...runbook.params.map(({ name }) => name.value),
    ...spots.flatMap(({ item }) => {
      if (item.type === 'label') {
        const name =
          item.name === 'for-each' ? readForEach(item)?.variable : item.name === 'record' ? readRecord(item)?.name : undefined
        return name === undefined ? [] : [name]
      }
      const capture = item.type === 'block' ? item.attributes.find(({ name }) => name.value === 'capture')?.value : undefined
      return capture === undefined || capture === true || item.type !== 'block'
        ? []
        : readCaptures(capture.value, item.kind === 'yaml').map(({ name }) => name)
    }),
  ]
}
