import type { Place } from '../model/problem.ts'
import type { Block, BlockType, LabelName } from '../model/runbook.ts'
import { nearest } from '../language/nearest.ts'
import { attributeNames } from './codes.ts'
import { readInfoString } from './info-string.ts'
import type { InfoString } from './info-string.ts'
import { lineText } from './lines.ts'
import { placeOf } from './nodes.ts'
import type { Code } from './nodes.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

/** The words that may stand first between the braces. */
export const blockTypes: readonly BlockType[] = [
  'check',
  'command',
  'wait',
  'validate',
  'rollback',
  'on-failure',
  'guard',
  'notify',
  'cleanup',
  'setup',
  'example',
]

const shells = new Set(['bash', 'sh', 'shell'])
const yamls = new Set(['yaml', 'yml'])

/** What the place of a fence gives it. */
export interface FencePlace {
  /** Role of an untyped one; null where it is documentation. */
  readonly role: BlockType | null
  readonly under: LabelName | null
}

/** Reads a fence: its info string from the raw source, its role from its type or from its place. */
export function readFence(reading: Reading, node: Code, where: FencePlace): Block {
  const place = fenceLine(reading, node)
  const mark = /^[ \t]*(`{3,}|~{3,})/.exec(lineText(reading.lines, place.line).slice(place.column - 1))?.[0] ?? ''
  const column = place.column + mark.length
  const raw = lineText(reading.lines, place.line).slice(column - 1)
  const info = readInfoString(raw, { line: place.line, column })
  const lang = info.lang?.toLowerCase() ?? null
  const kind = lang !== null && shells.has(lang) ? 'shell' : lang !== null && yamls.has(lang) ? 'yaml' : 'other'
  const typed = info.first !== null && blockTypes.includes(info.first.value as BlockType)
  const use = info.attributes.some(({ name }) => name.value === 'use')
  const ours = kind === 'shell' || typed || use || looksOurs(info)
  if (ours) checkInfo(reading, info, place)
  const attributes =
    typed || info.first === null ? info.attributes : [{ name: info.first, value: true as const }, ...info.attributes]
  const given = attributes.find(({ name }) => name.value === 'id')?.value
  const body = bodyOf(reading, node)
  checkFence(reading, node, { place, mark: mark.trim(), count: body.lines.length })
  return {
    type: 'block',
    role: roleOf({ info, typed, kind, use }, where),
    typed,
    bare: info.braces === null,
    lang: info.lang,
    kind,
    id: given === undefined || given === true ? null : given,
    attributes: ours ? attributes : [],
    ...body,
    place,
    info: info.braces,
    under: where.under,
  }
}

function roleOf(
  { info, typed, kind, use }: { info: InfoString; typed: boolean; kind: Block['kind']; use: boolean },
  { role }: FencePlace,
): Block['role'] {
  if (typed) return info.first?.value as BlockType
  return kind === 'shell' || (kind === 'yaml' && use) ? (role ?? 'none') : 'none'
}

/** Whether braces on a fence of another language are meant for us: other tools have theirs, `{1,3-5}` say. */
function looksOurs({ first, attributes }: InfoString): boolean {
  if (first !== null) return /^[a-z-]+$/.test(first.value) && nearest(first.value, blockTypes) !== null
  return attributes.some(({ name }) => (attributeNames as readonly string[]).includes(name.value) && name.value !== 'id')
}

function fenceLine(reading: Reading, node: Code): Place {
  const { line, column } = placeOf(node)
  return { line, column, endLine: line, endColumn: lineText(reading.lines, line).trimEnd().length + 1 }
}

/** The body without the container's indentation, and where each of its lines stands: a value's line is the end of its source line. */
function bodyOf(reading: Reading, node: Code): Pick<Block, 'body' | 'lines'> {
  const values = node.value === '' ? [] : node.value.split(/\r\n|\n|\r/)
  const first = placeOf(node).line + 1
  const lines = values.map((value, index) => {
    const source = lineText(reading.lines, first + index)
    const shift = source.endsWith(value) ? source.length - value.length : source.length - source.trimStart().length
    return { line: first + index, shift }
  })
  return { body: values.join('\n'), lines }
}

function checkFence(reading: Reading, node: Code, { place, mark, count }: { place: Place; mark: string; count: number }): void {
  const end = placeOf(node).endLine
  const last = lineText(reading.lines, end).trimEnd()
  // A content line of marks only would have closed the fence, unless it is indented: then there is no line to spare.
  const marks = /(?:^|[\s>])(`+|~+)$/.exec(last)?.[1] ?? ''
  if (end <= place.line || end - place.line - 1 < count || !marks.startsWith(mark))
    report(reading, {
      rule: 'unclosed-fence',
      place,
      reason: `Unexpected end of the fence's container, expected a closing ${mark}`,
      expected: [mark],
    })
  if (node.value.includes(mark)) checkInner(reading, node, { place, mark })
}

function checkInner(reading: Reading, node: Code, { place, mark }: { place: Place; mark: string }): void {
  const inner = new RegExp(`^ {0,3}(\\${mark[0]}{${mark.length},})[ \\t]*([^\\s\`]+)[^\`]*$`)
  const index = node.value.split(/\r\n|\n|\r/).findIndex((line) => inner.test(line))
  if (index === -1) return
  const line = place.line + 1 + index
  const source = lineText(reading.lines, line)
  report(reading, {
    rule: 'fence-in-fence',
    place: { line, column: source.indexOf(mark) + 1, endLine: line, endColumn: source.trimEnd().length + 1 },
    reason: `Unexpected fence inside a fence of the same length, expected an outer fence of at least ${mark.length + 1} marks`,
    actual: source.trim(),
    cause: { value: mark, place },
  })
}

function checkInfo(reading: Reading, { broken, rest }: InfoString, place: Place): void {
  if (broken !== null)
    report(reading, {
      rule: 'broken-brace',
      place: broken.what === 'brace' ? { ...broken.place, endColumn: place.endColumn } : broken.place,
      reason:
        broken.what === 'brace'
          ? 'Unexpected end of the line, expected } after the attributes'
          : broken.what === 'quote'
            ? 'Unexpected end of the line, expected a closing quote'
            : 'Unexpected = without a name before it, expected key=value',
      expected: [broken.what === 'brace' ? '}' : broken.what === 'quote' ? 'a closing quote' : 'key=value'],
    })
  if (rest !== null && broken === null)
    report(reading, {
      rule: 'text-after-brace',
      place: rest.place,
      reason: `Unexpected text "${rest.value}" after }, expected the end of the line`,
      actual: rest.value,
    })
}
