import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openJournal, type Journal, type LastRecord } from '../../engine/journal/journal.ts'
import { parseJournal, readJournal, repairJournal, rowHash, verifyJournal } from '../../engine/journal/read.ts'
import { canonical } from '../../engine/language/canonical.ts'
import type { Fact } from '../../engine/model/fact.ts'

let folder = ''
let nowMs = 0
let wallMs = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-journal-'))
  nowMs = 1_700_000_000_000
  wallMs = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const clock = { now: () => new Date(nowMs + wallMs), monotonicMs: () => nowMs }
const open = (after: LastRecord | null = null): Journal =>
  openJournal({ folder, run: 'r-261124-aaaa', redact: (fact) => fact, clock, after })
const note = (text: string): Fact => ({
  type: 'heard',
  message: { say: 'note', text, step: null },
  by: { name: 'ann', how: 'terminal' },
})
const path = (): string => join(folder, 'journal.jsonl')

const write = (...texts: readonly string[]): void => {
  const journal = open()
  for (const text of texts) {
    nowMs += 10
    journal.append(note(text))
  }
  journal.close()
}

test('each hash is sha256 over the one before and the RFC 8785 form of the record', () => {
  write('one', 'two é "quoted"')
  let prev = '0'.repeat(64)
  for (const line of readFileSync(path(), 'utf8').trimEnd().split('\n')) {
    const { hash, ...record } = JSON.parse(line) as { hash: string }
    expect(hash).toBe(createHash('sha256').update(prev).update(canonical(record)).digest('hex'))
    prev = hash
  }
  expect(verifyJournal(folder)).toMatchObject({ ok: true, records: 2, head: prev.slice(0, 12), firstBad: null })
})

test('the file is for this account only', () => {
  write('one')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
})

test('what is folded live is what a restart reads', () => {
  const journal = open()
  const stamped = journal.append({ ...note('x'), extra: undefined } as unknown as Fact)
  journal.close()
  expect(readJournal(folder).facts).toEqual([stamped])
})

test('the run clock goes on with wall time in the next sitting, and never backwards', () => {
  write('one')
  const [last] = readJournal(folder).facts
  nowMs += 5000
  const later = open({ seq: 1, hash: readJournal(folder).head, ms: last?.ms ?? 0, at: last?.at ?? '' })
  expect(later.runClockMs()).toBe((last?.ms ?? 0) + 5000)
  wallMs -= 60_000
  expect(later.append(note('two')).ms).toBeGreaterThanOrEqual((last?.ms ?? 0) + 5000)
  later.close()
})

test('any byte that is changed is found, at its record or before', () => {
  write('one', 'two', 'three')
  const bytes = readFileSync(path())
  const lines = bytes.toString('utf8').split('\n')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 2 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const altered = Buffer.from(bytes)
      altered[at] = ((altered[at] ?? 0) + by) % 256
      const record = bytes
        .subarray(0, at + 1)
        .toString('latin1')
        .split('\n').length
      const read = parseJournal(altered.toString('utf8'))
      const isSame = altered
        .toString('utf8')
        .split('\n')
        .every((line, index) => {
          try {
            return (
              canonical(JSON.parse(line === '' ? 'null' : line)) ===
              canonical(JSON.parse(lines[index] === '' ? 'null' : (lines[index] ?? 'null')))
            )
          } catch {
            return false
          }
        })
      if (isSame) return
      const bad = read.firstBad?.record ?? (read.torn === null ? null : read.facts.length + 1)
      expect(bad).not.toBeNull()
      expect(bad).toBeLessThanOrEqual(record + 1)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['a record that is left out', (lines: string[]) => lines.filter((_, index) => index !== 1)],
  ['two records that changed places', (lines: string[]) => [lines[0] ?? '', lines[2] ?? '', lines[1] ?? '', ...lines.slice(3)]],
  ['a record that is there twice', (lines: string[]) => [lines[0] ?? '', lines[0] ?? '', ...lines.slice(1)]],
  ['a line that is no record', (lines: string[]) => [lines[0] ?? '', '[]', ...lines.slice(1)]],
  ['a blank line', (lines: string[]) => [lines[0] ?? '', '', ...lines.slice(1)]],
])('%s is found', (_, change) => {
  write('one', 'two', 'three')
  writeFileSync(path(), change(readFileSync(path(), 'utf8').split('\n')).join('\n'))
  expect(verifyJournal(folder)).toMatchObject({ ok: false, firstBad: 2 })
})

describe('a torn last line', () => {
  test('cut at any byte, what is whole is read, the rest is set aside, and the chain goes on', () => {
    write('one', 'two')
    const bytes = readFileSync(path())
    const first = bytes.indexOf(0x0a) + 1
    for (let cut = first + 1; cut < bytes.length; cut += 7) {
      writeFileSync(path(), bytes)
      truncateSync(path(), cut)
      const isWhole = cut === bytes.length - 1
      const name = repairJournal(folder)
      expect(name === null).toBe(isWhole)
      if (name !== null) expect(readFileSync(join(folder, name))).toEqual(bytes.subarray(first, cut))
      const read = readJournal(folder)
      expect(read.facts).toHaveLength(isWhole ? 2 : 1)
      const last = read.facts.at(-1)
      const journal = open({ seq: last?.seq ?? 0, hash: read.head, ms: last?.ms ?? 0, at: last?.at ?? '' })
      journal.append(note('more'))
      journal.close()
      expect(verifyJournal(folder).ok).toBe(true)
    }
  })

  test('an altered journal is not repaired: nothing of it is touched', () => {
    write('one', 'two')
    const text = readFileSync(path(), 'utf8').replace('one', 'ONE')
    writeFileSync(path(), text)
    appendFileSync(path(), '{"torn')
    expect(repairJournal(folder)).toBeNull()
    expect(readFileSync(path(), 'utf8')).toBe(`${text}{"torn`)
    expect(readdirSync(folder)).toEqual(['journal.jsonl'])
  })
})

test('the row shows the hash of the last end, not of what came after it', () => {
  const journal = open()
  journal.append({ type: 'run-ended', result: 'passed', exitCode: 0, failedStep: null })
  const ended = journal.head()
  journal.append({ type: 'row-written', row: 'r-261124-aaaa', where: 'file' })
  journal.close()
  expect(rowHash(readJournal(folder))).toBe(ended.slice(0, 12))
})

test('text of any kind is whole after it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 4 }), (texts) => {
      rmSync(path(), { force: true })
      write(...texts)
      if (texts.length === 0) return
      const { facts, firstBad } = readJournal(folder)
      expect(firstBad).toBeNull()
      expect(facts.map((fact) => (fact.type === 'heard' && fact.message.say === 'note' ? fact.message.text : ''))).toEqual(texts)
    }),
    { numRuns: 40 },
  )
})
