import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columnInValue, readInfoString } from '../../engine/document/info-string.ts'

const read = (text: string) => readInfoString(text, { line: 1, column: 4 })
const words = (text: string) =>
  read(text).attributes.map(({ name, value }) => (value === true ? name.value : `${name.value}=${value.value}`))

describe('an info string', () => {
  test.each([
    ['bash', 'bash', null, []],
    ['', null, null, []],
    [' bash  {check}', 'bash', 'check', []],
    ['bash {check id=urp timeout=30s}', 'bash', 'check', ['id=urp', 'timeout=30s']],
    ['bash {every=10s timeout=10m}', 'bash', null, ['every=10s', 'timeout=10m']],
    ['{check}', null, 'check', []],
    ['bash {command confirm="a b" idempotent}', 'bash', 'command', ['confirm=a b', 'idempotent']],
    [`bash {check assert='a == "b"'}`, 'bash', 'check', ['assert=a == "b"']],
    [String.raw`bash {check expect="/\d \"x\" \\/"}`, 'bash', 'check', [String.raw`expect=/\d "x" \/`]],
    [String.raw`bash {check expect=/^\d{3} ok$/ id=a}`, 'bash', 'check', [String.raw`expect=/^\d{3} ok$/`, 'id=a']],
    ['bash {check a="}" b=2}', 'bash', 'check', ['a=}', 'b=2']],
    ['js {1,3-5}', 'js', '1,3-5', []],
  ])('%j is read', (text, lang, first, attributes) => {
    expect(read(text)).toMatchObject({ lang, broken: null, rest: null })
    expect(read(text).first?.value ?? null).toBe(first)
    expect(words(text)).toEqual(attributes)
  })

  test('knows the place of every name and value, quotes included', () => {
    const [, timeout] = readInfoString('bash {wait every=5s timeout="90 sec"}', { line: 96, column: 4 }).attributes
    expect(timeout?.name.place).toEqual({ line: 96, column: 24, endLine: 96, endColumn: 31 })
    expect(timeout?.value).toEqual({ value: '90 sec', place: { line: 96, column: 32, endLine: 96, endColumn: 40 } })
  })

  test.each([
    ['bash {check', 'brace'],
    ['bash {check id="a}', 'quote'],
    ['bash {check =a}', 'value'],
  ])('%j is broken: %s', (text, what) => {
    expect(read(text).broken?.what).toBe(what)
  })

  test('tells what stands after the brace', () => {
    expect(read('bash {check} title').rest).toEqual({ value: 'title', place: { line: 1, column: 17, endLine: 1, endColumn: 22 } })
  })

  test('maps a character of a quoted value to its column', () => {
    expect([0, 1, 2].map((offset) => columnInValue(String.raw`"a\"b"`, offset))).toEqual([1, 2, 4])
    expect(columnInValue('abc', 2)).toBe(2)
  })

  test('is read whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab={}"\'\\/ $')) }), (text) => {
        expect(() => read(text)).not.toThrow()
      }),
    )
  })
})
