import { saysNone } from '../language/says-none.ts'
import type { Block, Label, Runbook, Section } from '../model/runbook.ts'
import { isExecutable } from './attributes.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import type { Spot } from './spots.ts'

const running: readonly Section['name'][] = ['prereq', 'procedure', 'rollback', 'cleanup']

/** Checks where typed blocks stand: a role that is not pasted must be visible, and what runs must stand in a section that runs. */
export function checkRoles(reading: Reading, _runbook: Runbook, spots: readonly Spot[]): void {
  let label: Label | null = null
  for (const { item, section } of spots) {
    if (item.type === 'label') label = item
    // A label that has its block, or says none, leaves nothing for a reader to pass over.
    const isOpen = label !== null && !(label.name === 'rollback' && saysNone(label.text))
    if (item.type === 'block' && item.role === label?.name) label = null
    if (item.type !== 'block') continue
    if (isExecutable(item) && !running.includes(section.name)) outside(reading, item, section)
    else {
      hidden(reading, item, section)
      if (isOpen) contradicted(reading, item)
    }
    language(reading, item)
    if (isExecutable(item) && item.kind === 'shell' && item.body.trim() === '')
      report(reading, { rule: 'empty-block', place: item.place, reason: `Unexpected empty ${item.role}, expected a command` })
  }
}

function outside(reading: Reading, block: Block, section: Section): void {
  report(reading, {
    rule: 'outside-section',
    place: block.info?.place ?? block.place,
    reason: `Unexpected ${block.role} ${section.title.value === '' ? 'before the first section' : `in the section "${section.title.value}"`}, expected it in a procedure, in the prerequisites, in the rollback or in the cleanup`,
    expected: ['Procedure', 'Prerequisites', 'Rollback', 'Cleanup'],
    actual: block.role,
    cause: section.title.value === '' ? null : section.title,
  })
}

const labels: Readonly<Partial<Record<Block['role'], string>>> = {
  rollback: '**Rollback** above it, or the section Rollback',
  'on-failure': '**On failure** above it',
  cleanup: 'the section Cleanup',
}

function hidden(reading: Reading, block: Block, section: Section): void {
  const expected = labels[block.role]
  if (expected === undefined || !block.typed) return
  if (block.role === section.name || block.under === block.role) return
  report(reading, {
    rule: 'hidden-role',
    place: block.info?.place ?? block.place,
    reason: `Unexpected ${block.role} that a reader cannot see, expected ${expected}`,
    expected: [expected],
    actual: block.role,
  })
}

/** What stands below these labels is passed over by whoever pastes: nothing that goes forward may stand there. */
function contradicted(reading: Reading, block: Block): void {
  const { under, role } = block
  if ((under !== 'rollback' && under !== 'on-failure') || !block.typed || !isExecutable(block) || role === under) return
  report(reading, {
    rule: 'hidden-role',
    place: block.info?.place ?? block.place,
    reason: `Unexpected ${role} below **${under === 'rollback' ? 'Rollback' : 'On failure'}**, which runs in every run and which a reader passes over, expected ${under}, or its place above that label`,
    expected: [under],
    actual: role,
  })
}

function language(reading: Reading, block: Block): void {
  if (!block.typed || !isExecutable(block)) return
  const place = block.info?.place ?? block.place
  if (block.kind === 'yaml' && !block.attributes.some(({ name }) => name.value === 'use'))
    report(reading, {
      rule: 'missing-use',
      place,
      reason: `Unexpected yaml ${block.role} without use, expected use=STEP-TYPE`,
      expected: ['use='],
      actual: block.role,
    })
  if (block.lang === null && block.role !== 'notify')
    report(reading, {
      rule: 'missing-language',
      place,
      reason: `Unexpected ${block.role} without a language, expected bash`,
      expected: ['bash', 'yaml'],
      actual: block.role,
    })
}
