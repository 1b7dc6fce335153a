import { fold } from '../language/fold.ts'
import { nearest } from '../language/nearest.ts'
import type { Lang, DecisionRow, DecisionTable } from '../model/runbook.ts'
import { codesIn } from './labels.ts'
import { bodyOf, endOf, headerOf, placeOf, plainText, startOf } from './nodes.ts'
import type { Table, TableCell } from './nodes.ts'
import { placeBetween } from './lines.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import { nearTarget, readTarget, targetWords } from './targets.ts'

const heads: Readonly<Record<string, { readonly by: DecisionTable['by']; readonly lang: Lang }>> = {
  'if|then': { by: 'condition', lang: 'en' },
  'si|alors': { by: 'condition', lang: 'fr' },
  'answer|go to': { by: 'person', lang: 'en' },
  'reponse|aller a': { by: 'person', lang: 'fr' },
}

function headOf(table: Table): (typeof heads)[string] | undefined {
  return heads[
    headerOf(table)
      .map((cell) => fold(plainText(cell)))
      .join('|')
  ]
}

/** Whether a table is a decision: headed `If|Then`, `Answer|Go to`, or their French words. */
export function isDecision(table: Table): boolean {
  return headOf(table) !== undefined
}

/** The language of a decision's header. */
export function langOfDecision(table: Table): Lang | null {
  return headOf(table)?.lang ?? null
}

/** Reads a decision's rows; a target or a condition that is none is a problem, and stays as written. */
export function readDecision(reading: Reading, table: Table): DecisionTable {
  const by = headOf(table)?.by ?? 'condition'
  let otherwise: string | null = null
  const rows = bodyOf(table)
    .filter(({ children }) => children.some((cell) => plainText(cell).trim() !== ''))
    .map(({ children: [left, right] }): DecisionRow => {
      const when = by === 'condition' ? conditionIn(reading, left, table) : answerIn(reading, left, table)
      if (by === 'condition' && otherwise !== null)
        report(reading, {
          rule: 'decision-condition',
          place: when?.place ?? (left === undefined ? placeOf(table) : placeOfCell(reading, left)),
          reason: `Unexpected row after \`${otherwise}\`, expected that one last: nobody gets here`,
          expected: [otherwise],
        })
      if (when === null) otherwise = left === undefined ? '' : plainText(left).trim()
      const place = right === undefined ? placeOf(table) : placeOfCell(reading, right)
      const value = right === undefined ? { type: 'unknown' as const, text: '' } : readTarget(right, reading.anchors)
      if (value.type === 'unknown')
        report(reading, {
          rule: 'decision-target',
          place,
          reason: `Unexpected target "${value.text}", expected continue, stop, ask, approve, a step or a link to a runbook`,
          expected: targetWords,
          actual: value.text,
          nearest: nearTarget(value.text, reading.lang),
        })
      return { when, target: { value, place } }
    })
  return { type: 'decision', by, rows, place: placeOf(table) }
}

/** The place of a cell's text, without its pipes and blanks. */
export function placeOfCell(reading: Pick<Reading, 'source' | 'lines'>, cell: TableCell): ReturnType<typeof placeOf> {
  const first = cell.children[0]
  const last = cell.children.at(-1)
  if (first === undefined || last === undefined) return placeOf(cell)
  return placeBetween(reading.lines, startOf(first), endOf(last))
}

function answerIn(reading: Reading, cell: TableCell | undefined, table: Table): DecisionRow['when'] {
  return cell === undefined ? null : { value: plainText(cell).trim(), place: placeOfCell(reading, cell) ?? placeOf(table) }
}

function conditionIn(reading: Reading, cell: TableCell | undefined, table: Table): DecisionRow['when'] {
  const text = cell === undefined ? '' : plainText(cell).trim()
  const code = cell === undefined ? undefined : codesIn(reading, cell)[0]
  if (code !== undefined) return code
  const word = fold(text)
  if (word === 'otherwise' || word === 'sinon') return null
  const place = cell === undefined ? placeOf(table) : placeOfCell(reading, cell)
  report(reading, {
    rule: 'decision-condition',
    place,
    reason: `Unexpected condition "${text}", expected an expression in code, or otherwise`,
    expected: ['`EXPRESSION`', 'otherwise', 'sinon'],
    actual: text,
    nearest: nearest(word, [reading.lang === 'fr' ? 'sinon' : 'otherwise']),
  })
  return { value: text, place }
}
