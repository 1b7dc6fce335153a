import { fold } from '../language/fold.ts'
import { nearest } from '../language/nearest.ts'
import { parseType } from '../language/type.ts'
import type { Located } from '../model/problem.ts'
import type { Default, ParamDeclaration } from '../model/runbook.ts'
import type { Type } from '../model/value.ts'
import { placeOfCell } from './decision.ts'
import { codesIn } from './labels.ts'
import { bodyOf, headerOf, placeOf, plainText } from './nodes.ts'
import type { RootContent, Table, TableCell } from './nodes.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

type Column = 'name' | 'type' | 'default' | 'description'

const columns: ReadonlyMap<string, Column> = new Map([
  ['name', 'name'],
  ['nom', 'name'],
  ['type', 'type'],
  ['default', 'default'],
  ['defaut', 'default'],
  ['description', 'description'],
])

const sources: Readonly<Record<string, 'inventory' | 'env' | 'ask'>> = {
  inventory: 'inventory',
  inventaire: 'inventory',
  env: 'env',
  ask: 'ask',
  demander: 'ask',
}

/** Reads the tables of the parameters section: Name/Nom, Type, Default/Défaut, Description, in any order. */
export function readParams(reading: Reading, nodes: readonly RootContent[]): ParamDeclaration[] {
  return nodes.flatMap((node) => (node.type === 'table' ? readTable(reading, node) : []))
}

function readTable(reading: Reading, table: Table): ParamDeclaration[] {
  const header = headerOf(table).map((cell) => columns.get(fold(plainText(cell))) ?? null)
  if (!header.includes('name') || !header.includes('type')) {
    if (header.some((one) => one === 'name' || one === 'type' || one === 'default'))
      report(reading, {
        rule: 'param-table',
        place: placeOf(table),
        reason: 'Unexpected header of the parameters, expected the columns Name, Type, Default, Description',
        expected: ['Name', 'Type', 'Default', 'Description'],
        actual: headerOf(table).map(plainText).join(' | '),
      })
    return []
  }
  return bodyOf(table).flatMap((row) => {
    const cell = (column: Column): TableCell | undefined => row.children[header.indexOf(column)]
    const texts = row.children.map((one) => plainText(one).trim())
    if (texts.every((text) => text === '')) return []
    const name = textOfCell(reading, cell('name'), table)
    const typeText = textOfCell(reading, cell('type'), table)
    const type = readType(reading, typeText)
    return [
      {
        name,
        type,
        typeText: typeText.value,
        default: readDefault(reading, cell('default'), table),
        description: cell('description') === undefined ? '' : plainText(cell('description') as TableCell).trim(),
      },
    ]
  })
}

function textOfCell(reading: Reading, cell: TableCell | undefined, table: Table): Located<string> {
  if (cell === undefined) return { value: '', place: placeOf(table) }
  const code = codesIn(reading, cell)
  const text = plainText(cell).trim()
  const [only] = code
  return only !== undefined && only.value.trim() === text
    ? { ...only, value: text }
    : { value: text, place: placeOfCell(reading, cell) }
}

function readType(reading: Reading, { value, place }: Located<string>): Located<Type> {
  const parsed = parseType(value)
  if (parsed.ok) return { value: parsed.type, place }
  report(reading, {
    rule: 'param-type',
    place,
    reason: `${parsed.reason}, expected ${parsed.expected.join(', ')}`,
    expected: parsed.expected,
    actual: value,
    nearest: parsed.nearest,
  })
  return { value: { type: 'string' }, place }
}

function readDefault(reading: Reading, cell: TableCell | undefined, table: Table): Located<Default> {
  if (cell === undefined) return { value: { from: 'none' }, place: placeOf(table) }
  const written = textOfCell(reading, cell, table)
  const code = codesIn(reading, cell)
  const inCode = code.length === 1 && code[0]?.value.trim() === plainText(cell).trim()
  return { value: defaultOf(reading, written, inCode), place: written.place }
}

function defaultOf(reading: Reading, { value, place }: Located<string>, inCode: boolean): Default {
  const source = sources[fold(value)]
  if (source !== undefined) return { from: source }
  const file = /^file:\s*(.+)$/s.exec(value)?.[1]
  if (file !== undefined) return { from: 'file', path: file.trim() }
  const command = /^cmd:\s*(.+)$/s.exec(value)?.[1]
  if (command !== undefined) return { from: 'cmd', command: command.trim() }
  if (value === '' || (!inCode && /^[—–-]$/.test(value))) return inCode ? { from: 'literal', text: '' } : { from: 'none' }
  // A literal that looks like a source word stands in quotes.
  const quoted = /^"([^"]*)"$/.exec(value)?.[1]
  if (quoted !== undefined && inCode) return { from: 'literal', text: isSourceWord(quoted) ? quoted : value }
  if (quoted !== undefined) return { from: 'literal', text: quoted }
  if (!inCode)
    report(reading, {
      rule: 'param-default',
      severity: 'warning',
      place,
      reason: `Unexpected default "${value}", expected a value in code, or inventory, env, ask, file:…, cmd:…`,
      expected: [`\`${value}\``, 'inventory', 'env', 'ask', 'file:PATH', 'cmd:COMMAND'],
      actual: value,
      nearest: nearest(fold(value), Object.keys(sources)),
    })
  return { from: 'literal', text: value }
}

function isSourceWord(text: string): boolean {
  return sources[fold(text)] !== undefined || /^(?:file|cmd):/.test(text)
}
