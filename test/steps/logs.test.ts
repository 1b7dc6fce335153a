import { spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import scan from '../../steps/logs/scan.ts'
import { lineTime } from '../../steps/logs/support/line-time.ts'
import { compilePattern, literalsOf } from '../../steps/logs/support/pattern.ts'
import { openScanner } from '../../steps/logs/support/scan-bytes.ts'
import { type Bench, bench, execute } from './support/tools.ts'

let own: Bench
const at = (name: string): string => join(own.root, name)
beforeEach(() => void (own = bench()))
afterEach(() => own.remove())

const stamp = (secondsAgo: number): string => {
  const when = new Date(Date.now() - secondsAgo * 1000)
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 23)
    .replace('T', ' ')
    .replace('.', ',')
}
let lines = 0
/** Lines of a log, all different. */
const line = (text: string, secondsAgo = 0): string => `[${stamp(secondsAgo)}] ${text} (${(lines += 1)})\n`
const quiet = (count: number): string => Array.from({ length: count }, () => line('INFO nothing happens here')).join('')

const patterns = {
  critical: [{ pattern: 'OutOfMemoryError', description: 'out of memory', action: 'page_on_call' }],
  warning: [{ pattern: 'Shrinking ISR from [0-9,]+ to', action: 'create_ticket' }],
  info: [{ pattern: 'Leader.*changed', action: 'log_only' }],
}
const look = async (more: Record<string, unknown> = {}): ReturnType<typeof execute> =>
  execute(scan, { files: 'server.log', patterns, ...more }, own.tools())
const since = async (more: Record<string, unknown> = {}): ReturnType<typeof execute> =>
  look({ cursor: 'state/logs.cursor', ...more })

describe('logs.scan', () => {
  test('nothing passes, a warning warns, a critical line fails, with its first lines and actions', async () => {
    writeFileSync(at('server.log'), quiet(50) + line('INFO Leader of x changed'))
    expect(await look()).toMatchObject({
      status: 'done',
      verdict: 'pass',
      output: { critical: 0, info: 1, actions: ['log_only'] },
    })
    appendFileSync(at('server.log'), line('INFO [Partition a-1] Shrinking ISR from 1,2,3 to 1,2').repeat(5))
    expect(await look()).toMatchObject({
      status: 'done',
      verdict: 'warn',
      output: { warning: 5, actions: ['create_ticket', 'log_only'] },
    })
    appendFileSync(at('server.log'), line('ERROR java.lang.OutOfMemoryError: heap'))
    const said = await look()
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { critical: 1, warning: 5 } })
    expect(said.output.first).toContain('java.lang.OutOfMemoryError: heap')
    expect(said.summary).toMatch(/^critical: out of memory, 1 × \(page_on_call\): .*OutOfMemoryError/)
    const { found } = said.evidence as { found: { count: number; first: unknown[] }[] }
    expect(found.map(({ count, first }) => [count, first.length])).toEqual([
      [1, 1],
      [5, 3],
      [1, 1],
    ])
  })

  test('a stack trace is one event, whose first line is told', async () => {
    writeFileSync(
      at('server.log'),
      `${line('ERROR Uncaught exception in thread kafka-scheduler')}java.lang.OutOfMemoryError: Java heap space\n\tat a.b.C(C.java:1)\nCaused by: java.lang.OutOfMemoryError: again\n${line('INFO on it goes')}`,
    )
    const said = await look()
    expect(said.output.critical).toBe(1)
    const { found } = said.evidence as { found: { first: { lines: string[] }[] }[] }
    expect(found[0]?.first[0]?.lines).toEqual([
      expect.stringContaining('Uncaught exception'),
      'java.lang.OutOfMemoryError: Java heap space',
    ])
  })

  test('what is known noise does not count, nor does less than enough', async () => {
    writeFileSync(at('server.log'), line('ERROR OutOfMemoryError in a test').repeat(3))
    expect((await look({ ignore: ['in a test'] })).verdict).toBe('pass')
    expect((await look({ patterns: { critical: [{ pattern: 'OutOfMemoryError', atMost: 3 }] } })).verdict).toBe('pass')
    expect((await look({ patterns: { critical: [{ pattern: 'OutOfMemoryError', atMost: 2 }] } })).verdict).toBe('fail')
  })

  test('a file that is missing, a folder, or not readable is unknown; a finding beside it is certain', async () => {
    writeFileSync(at('server.log'), quiet(1))
    mkdirSync(at('folder'))
    for (const bad of ['nowhere.log', 'no/where.log', 'folder']) {
      const said = await look({ files: ['server.log', bad] })
      expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(said.summary).toContain(bad)
    }
    appendFileSync(at('server.log'), line('OutOfMemoryError'))
    expect(await look({ files: ['server.log', 'nowhere.log'] })).toMatchObject({ verdict: 'fail' })
    writeFileSync(at('closed.log'), quiet(1))
    chmodSync(at('closed.log'), 0)
    if (process.getuid?.() !== 0) expect(await look({ files: 'closed.log' })).toMatchObject({ verdict: 'unknown' })
  })

  test('more than it may read is unknown', async () => {
    writeFileSync(at('server.log'), quiet(1000))
    expect(await look({ maxBytes: 1000 })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('of an empty log nothing is known, unless it may be empty', async () => {
    writeFileSync(at('server.log'), '')
    expect(await look({})).toMatchObject({
      status: 'failed',
      verdict: 'unknown',
      summary: expect.stringContaining('empty') as string,
    })
    expect((await look({ mayBeEmpty: true })).verdict).toBe('pass')
    expect((await since()).verdict).toBe('unknown')
  })

  test('only the window counts; what does not say its time counts', async () => {
    writeFileSync(at('server.log'), line('ERROR OutOfMemoryError old', 3600) + quiet(3))
    expect((await look({ windowMs: 600_000 })).verdict).toBe('pass')
    expect((await look({ windowMs: 7_200_000 })).verdict).toBe('fail')
    writeFileSync(at('plain.log'), 'OutOfMemoryError without a time\n')
    expect((await look({ files: 'plain.log', windowMs: 600_000 })).verdict).toBe('fail')
    const utc = new Date(Date.now() - 1_200_000).toISOString().slice(0, 19)
    writeFileSync(at('utc.log'), `${utc} OutOfMemoryError\n`)
    expect((await look({ files: 'utc.log', windowMs: 600_000, zone: 'UTC' })).verdict).toBe('pass')
    expect((await look({ files: 'utc.log', windowMs: 600_000, zone: '-02:00' })).verdict).toBe('fail')
  })

  test('a window reaches back into what was rotated since', async () => {
    writeFileSync(at('server.log.2026-11-29-13'), line('ERROR OutOfMemoryError', 300))
    writeFileSync(at('server.log'), quiet(1))
    expect((await look({ windowMs: 600_000 })).verdict).toBe('fail')
    const old = Date.now() / 1000 - 7200
    utimesSync(at('server.log.2026-11-29-13'), old, old)
    expect((await look({ windowMs: 600_000 })).verdict).toBe('pass')
  })
})

describe('the cursor', () => {
  const critical = (): string => line('ERROR OutOfMemoryError')
  beforeEach(async () => {
    writeFileSync(at('server.log'), critical() + quiet(30))
    expect((await since({ mark: true })).status).toBe('done')
  })

  test('after a mark only what is new counts, and once', async () => {
    expect(await since()).toMatchObject({ verdict: 'pass', output: { bytes: 0 } })
    appendFileSync(at('server.log'), line('WARN Shrinking ISR from 1,2 to 1'))
    expect(await since()).toMatchObject({ verdict: 'warn', output: { warning: 1 } })
    expect(await since()).toMatchObject({ verdict: 'pass', output: { warning: 0, bytes: 0 } })
  })

  test('after a failure it stays: the next look finds it again', async () => {
    appendFileSync(at('server.log'), critical())
    const before = readFileSync(at('state/logs.cursor'), 'utf8')
    expect((await since()).verdict).toBe('fail')
    expect((await since()).verdict).toBe('fail')
    expect(readFileSync(at('state/logs.cursor'), 'utf8')).toBe(before)
    expect((await since({ mark: true })).status).toBe('done')
    expect((await since()).verdict).toBe('pass')
  })

  test('a line without its end is looked at now, and again when it is whole', async () => {
    appendFileSync(at('server.log'), line('WARN Shrinking ISR from 1,2 to 1').trimEnd())
    expect(await since()).toMatchObject({ output: { warning: 1 } })
    appendFileSync(at('server.log'), ' more\n')
    expect(await since()).toMatchObject({ output: { warning: 1 } })
    expect(await since()).toMatchObject({ output: { warning: 0 } })
  })

  const rotations: readonly (readonly [string, () => void])[] = [
    ['renamed by number', () => renameSync(at('server.log'), at('server.log.1'))],
    ['renamed by the hour', () => renameSync(at('server.log'), at('server.log.2026-11-29-14'))],
    ['renamed before its ending', () => renameSync(at('server.log'), at('server-2026-11-29.log'))],
    [
      'packed',
      () => {
        writeFileSync(at('server.log.1.gz'), gzipSync(readFileSync(at('server.log'))))
        rmSync(at('server.log'))
      },
    ],
    [
      'copied and truncated',
      () => {
        copyFileSync(at('server.log'), at('server.log.1'))
        truncateSync(at('server.log'), 0)
      },
    ],
    [
      'copied, truncated and grown past where the cursor was',
      () => {
        copyFileSync(at('server.log'), at('server.log.1'))
        truncateSync(at('server.log'), 0)
        appendFileSync(at('server.log'), quiet(200))
      },
    ],
    [
      'rotated twice',
      () => {
        renameSync(at('server.log'), at('server.log.2'))
        writeFileSync(at('server.log.1'), line('WARN Shrinking ISR from 1,2 to 1'))
      },
    ],
  ]
  test.each(rotations)('goes on across a log that was %s', async (name, rotate) => {
    appendFileSync(at('server.log'), line('WARN Shrinking ISR from 1,2 to 1'))
    const old = new Date(Date.now() - 5000)
    utimesSync(at('server.log'), old, old)
    rotate()
    appendFileSync(at('server.log'), line('WARN Shrinking ISR from 3,4 to 3'))
    expect(await since()).toMatchObject({
      status: 'done',
      verdict: 'warn',
      output: { warning: name === 'rotated twice' ? 3 : 2 },
    })
    expect(await since()).toMatchObject({ verdict: 'pass', output: { bytes: 0 } })
  })

  test('a file that is gone leaves a hole, which is unknown, and found again at the next look', async () => {
    rmSync(at('server.log'))
    writeFileSync(at('server.log'), quiet(2))
    const said = await since()
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain('may be missing')
    expect((await since()).verdict).toBe('unknown')
    expect((await since({ mark: true })).status).toBe('done')
    expect((await since()).verdict).toBe('pass')
  })

  test('a packed file that is broken is unknown', async () => {
    const packed = gzipSync(readFileSync(at('server.log')) + quiet(3000))
    writeFileSync(at('server.log.1.gz'), packed.subarray(0, packed.length - 200))
    rmSync(at('server.log'))
    writeFileSync(at('server.log'), quiet(2))
    const said = await since()
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain('unpacked')
  })

  test('a cursor that cannot be read or written is unknown', async () => {
    writeFileSync(at('state/logs.cursor'), '{"version": 9}')
    expect(await since()).toMatchObject({ status: 'failed', verdict: 'unknown' })
    writeFileSync(at('file'), '')
    expect(await look({ cursor: 'file/x.cursor' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(existsSync(at('file/x.cursor'))).toBe(false)
  })
})

describe('the pieces', () => {
  test.each([
    ['OutOfMemoryError', ['OutOfMemoryError']],
    ['Shrinking ISR from [0-9,]+ to', ['Shrinking ISR from ']],
    ['a|bcdef', null],
    ['abc|defg', ['abc', 'defg']],
    ['abcd?e', ['abc']],
    ['abcd{0,2}x', ['abc']],
    ['abcd+e', ['abcd']],
    ['java\\.lang\\.Error', ['java.lang.Error']],
    ['\\bFATAL\\b', ['FATAL']],
    ['x(abcdef)?yz-', ['yz-']],
    ['(?i)fatal', null],
    ['(?:one|two) and three', [' and three']],
    ['[^]a]bcd', ['bcd']],
    ['\\x41bcd', null],
    ['.*', null],
    ['été.{3}', ['été']],
  ])('what %s must contain', (pattern, expected) => {
    expect(literalsOf(pattern)).toEqual(expected)
  })

  test('looking for the literal first finds the same lines', () => {
    const piece = fc.constantFrom(
      'abc',
      'abcd',
      'x',
      '.',
      'é',
      'b+',
      'c?',
      '[a-c]',
      '(ab|cd)',
      'd*',
      '\\d',
      '\\.',
      'e{2}',
      '|',
      '^a',
    )
    const text = fc.array(fc.constantFrom('abc', 'abcd', 'x', 'é', '.', 'b', 'ee', 'd', '5', '\n', '\r\n'), { maxLength: 60 })
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), text, fc.array(fc.nat(20)), (pieces, parts, cuts) => {
        const compiled = compilePattern(pieces.join(''))
        fc.pre(compiled.ok)
        const bytes = Buffer.from(parts.join(''))
        const found = (literals: readonly Buffer[] | null): string[] => {
          const lines: string[] = []
          const pattern = { ...compiled.pattern, literals }
          const scanner = openScanner([{ pattern, ignore: [], onFind: (first) => void lines.push(first) }], () => false)
          let from = 0
          for (const length of cuts) scanner.feed(bytes.subarray(from, (from += length)))
          scanner.feed(bytes.subarray(from))
          scanner.end()
          return lines
        }
        const plain = bytes
          .toString()
          .split('\n')
          .map((one) => one.replace(/\r$/, ''))
        if (plain.at(-1) === '') plain.pop()
        expect(found(null)).toEqual(plain.filter((one) => compiled.pattern.isIn(one)))
        expect(found(compiled.pattern.literals)).toEqual(found(null))
      }),
    )
  })

  const now = new Date('2026-11-29T12:00:00Z')
  test.each([
    ['[2026-11-29 11:00:00,250] INFO', 'UTC', '2026-11-29T11:00:00.250Z'],
    ['2026-11-29T11:00:00.5+02:00 x', 'UTC', '2026-11-29T09:00:00.500Z'],
    ['2026-11-29 11:00:00 x', '+01:00', '2026-11-29T10:00:00.000Z'],
    ['Nov 29 11:00:00 host app: x', 'UTC', '2026-11-29T11:00:00.000Z'],
    ['Dec 31 23:59:59 host app: x', 'UTC', '2025-12-31T23:59:59.000Z'],
    ['1.2.3.4 - - [29/Nov/2026:11:00:00 +0100] "GET /"', 'local', '2026-11-29T10:00:00.000Z'],
  ])('the time of %s', (text, zone, expected) => {
    expect(new Date(lineTime(text, { zone, now }) ?? 0).toISOString()).toBe(expected)
  })
  test.each(['no time', '\tat a.b.C(C.java:1)', '12:00:00 x'])('%s has none', (text) => {
    expect(lineTime(text, { zone: 'UTC', now })).toBeNull()
  })

  test.each([
    ['a pattern that is none', { patterns: { critical: [{ pattern: '(' }] } }],
    ['a pattern that looks back', { patterns: { critical: [{ pattern: '(a)\\1' }] } }],
    ['a mark without a cursor', { mark: true }],
    ['a look for nothing, which would always pass,', { patterns: { critical: [], warning: [] } }],
  ])('%s is refused', (_, more) => {
    expect(scan.input.safeParse({ files: 'x', patterns: {}, ...more }).success).toBe(false)
  })

  test('a pattern that would take for ever elsewhere is as quick as any', async () => {
    writeFileSync(at('server.log'), `${'a'.repeat(30_000)}b\n`)
    const began = performance.now()
    expect((await look({ patterns: { critical: [{ pattern: '^(a+)+$' }] } })).verdict).toBe('pass')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('by hand it finds the same', async () => {
    writeFileSync(at('server.log'), quiet(2) + line('ERROR OutOfMemoryError'))
    const script = scan.byHand(scan.input.parse({ files: 'server.log', patterns }))
    const child = spawn('bash', ['--norc', '-c', script], { cwd: own.root, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (bytes) => (said += String(bytes)))
    await new Promise((resolve) => child.once('close', resolve))
    expect(said.trim().split('\n')).toHaveLength(1)
    expect(said).toContain('OutOfMemoryError')
  })
})
