import { saysNone } from '../language/says-none.ts'
import type { PlanEntry, PlanTarget } from '../model/plan.ts'
import type { DecisionTable, Item, Label } from '../model/runbook.ts'
import { isExecutable } from './attributes.ts'
import { blockEntry } from './block.ts'
import { labelFor, labelOf, wordOf } from './bodies.ts'
import type { Body } from './bodies.ts'
import { drillOf, treatmentOf } from './drill.ts'
import { entryOf } from './entry.ts'
import { linked } from './links.ts'
import type { Making } from './making.ts'
import { readsOfExpression, readsOfText } from './names.ts'
import { approveOf } from './roles.ts'
import { rowsOf } from './targets.ts'

const apart: readonly string[] = ['rollback', 'on-failure', 'guard']

/** The entries of a step or of what stands outside steps, in document order, tied together. */
export function entriesOf(making: Making, body: Body, group: string | null): PlanEntry[] {
  const raw = [
    ...(isManual(body) ? [manual(making, body)] : []),
    ...body.items.flatMap((item) => itemEntries(making, body, item)),
  ]
  const approvals = raw.filter(({ type }) => type === 'approval')
  const ordered = approvals.length === 0 ? raw : [...approvals, ...raw.filter(({ type }) => type !== 'approval')]
  const rollback = labelOf(body.items, 'rollback')
  const ties = linked(ordered, rollback !== null && saysNone(rollback.text))
  const changing = ties.some(({ effect }) => effect !== 'reads')
  const said = drillOf(making, body)
  const only = onlyIfOf(body)
  const on = labelFor(body, 'on')
  const host = on === null ? null : wordOf(on)
  const around = [...readsOfExpression(making, only), ...(host === null ? [] : readsOfText(making, host))]
  return ties.map((entry) => {
    const reads = [...new Set([...entry.reads, ...around])]
    return {
      ...entry,
      group,
      onlyIf: only,
      host: entry.use === null && entry.timeoutMs > 0 ? host : null,
      reads,
      unknown: reads.filter((name) => making.names.get(name) === 'run'),
      treatment: treatmentOf(making, { type: entry.type, said, changing }),
    }
  })
}

/** A step that has nothing to run, to tick or to decide is done by a person. */
function isManual({ step, items }: Body): boolean {
  if (step === null) return false
  const acts = items.some(
    (item) =>
      item.type === 'box' ||
      item.type === 'decision' ||
      (item.type === 'block' && isExecutable(item) && !apart.includes(item.role)),
  )
  if (acts) return false
  return items.some(({ type }) => type === 'prose') || labelOf(items, 'record') === null
}

function manual({ request: { reader } }: Making, body: Body): PlanEntry {
  const { step, title, line } = body
  const id = step === null ? body.id : reader.ids.of(step)
  return entryOf(body, { id, type: 'manual', title, text: proseOf(body.items) || title, effect: 'changes', line })
}

/** A step's own words. */
export function proseOf(items: readonly Item[]): string {
  return items.flatMap((item) => (item.type === 'prose' ? [item.text] : [])).join('\n\n')
}

function itemEntries(making: Making, body: Body, item: Item): PlanEntry[] {
  switch (item.type) {
    case 'block':
      return isExecutable(item) ? [blockEntry(making, body, item)] : []
    case 'box': {
      const { ids } = making.request.reader
      return [entryOf(body, { id: ids.of(item), type: 'box', title: item.text, text: item.text, line: item.place.line })]
    }
    case 'decision':
      return [decision(making, body, item)]
    case 'label':
      return labelEntries(making, body, item)
    case 'prose':
      return []
  }
}

function decision(making: Making, body: Body, item: DecisionTable): PlanEntry {
  const rows = rowsOf(making, item, body.phase)
  const reads = item.by === 'condition' ? rows.flatMap(({ when }) => readsOfExpression(making, when)) : []
  const asked = rows.flatMap(({ target }) => (target.type === 'ask' ? [target.text] : []))[0]
  const title = asked ?? rows.flatMap(({ when }) => (when === null ? [] : [when])).join(' / ')
  const text = rows.map(({ when, target }) => `${when ?? 'otherwise'} → ${leadsTo(target)}`).join('\n')
  const id = making.request.reader.ids.of(item)
  return entryOf(body, { id, type: 'decision', title, text, by: item.by, rows, reads, line: item.place.line })
}

/** Where a row leads, as an author would write it. */
function leadsTo(target: PlanTarget): string {
  switch (target.type) {
    case 'continue':
      return 'continue'
    case 'stop':
      return target.text === null || target.text === '' ? 'stop' : `stop: ${target.text}`
    case 'ask':
      return `ask: ${target.text}`
    case 'approve':
      return `approve: ${target.roles.map(({ role, count }) => (count > 1 ? `${count} × ${role}` : role)).join(', ')}`
    case 'step':
      return target.to
    case 'runbook':
      return target.file
  }
}

function labelEntries(making: Making, body: Body, label: Label): PlanEntry[] {
  const { reader } = making.request
  const given = { id: reader.ids.of(label), title: oneLine(label.text), text: label.text, line: label.place.line }
  const hasBlock = (roles: readonly string[]): boolean =>
    body.items.some(
      (item) => item.type === 'block' && isExecutable(item) && (item.under === label.name || roles.includes(item.role)),
    )
  const ofPhase = body.phase !== null && (label.name === 'approval' || label.name === 'record')
  if (given.id === '' || (body.step === null && !ofPhase)) return []
  switch (label.name) {
    case 'validation':
      return hasBlock(['validate', 'wait']) || given.title === '' ? [] : [entryOf(body, { ...given, type: 'judge' })]
    case 'rollback':
      if (hasBlock(['rollback']) || saysNone(label.text) || given.title === '') return []
      return [entryOf(body, { ...given, type: 'undo-by-hand', effect: 'changes' })]
    case 'approval':
      return [entryOf(body, { ...given, type: 'approval', title: body.title, approve: approveOf(making, label, body.title) })]
    case 'record': {
      const record = reader.readRecord(label)
      return record === null ? [] : [entryOf(body, { ...given, type: 'record', title: record.name, captures: [record] })]
    }
    case 'on-failure':
    case 'drill':
    case 'on':
    case 'for-each':
    case 'only-if':
    case 'at-most':
    case 'duration':
    case 'role':
      return []
  }
}

/** A phase's condition and the step's own, both. */
function onlyIfOf({ items, phase, step }: Body): string | null {
  const own = labelOf(items, 'only-if')
  const outer = phase === null || step === null ? null : labelOf(phase.items, 'only-if')
  if (own !== null && outer !== null) return `(${wordOf(outer)}) and (${wordOf(own)})`
  const only = own ?? outer
  return only === null ? null : wordOf(only)
}

/** A text on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
