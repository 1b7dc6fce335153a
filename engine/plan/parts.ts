import type { PlanPart } from '../model/plan.ts'
import { labelFor, labelOf } from './bodies.ts'
import type { Body } from './bodies.ts'
import { drillOf } from './drill.ts'
import { proseOf } from './entries.ts'
import type { Making } from './making.ts'

/** A step as people read it. */
export function partOf(making: Making, body: Body, group: string | null): PlanPart {
  const { reader } = making.request
  const text = (name: 'on-failure' | 'validation' | 'rollback'): string | null => {
    const texts = body.items.flatMap((item) =>
      item.type === 'label' && item.name === name && item.text.trim() !== '' ? [item.text] : [],
    )
    return texts.length === 0 ? null : texts.join('\n\n')
  }
  const duration = labelOf(body.items, 'duration')
  const role = labelFor(body, 'role')
  return {
    id: body.id,
    number: body.step?.number ?? (body.step === null ? (body.phase?.number ?? null) : null),
    title: body.title,
    section: body.section,
    phase: body.phase?.title ?? null,
    group,
    prose: proseOf(body.items),
    onFailure: text('on-failure'),
    validation: text('validation'),
    rollback: text('rollback'),
    drill: drillOf(making, body),
    durationMs: duration === null ? null : reader.readDuration(duration.text),
    role: role === null ? null : role.text.trim().replaceAll('`', ''),
    line: body.line,
  }
}
