import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical } from '../../engine/language/canonical.ts'
import { visible, visibleLine } from '../../engine/language/control.ts'
import { formatDuration, parseDuration } from '../../engine/language/duration.ts'
import { evaluate, namesIn, parseExpression } from '../../engine/language/expression.ts'
import { fold, slug } from '../../engine/language/fold.ts'
import { nearest } from '../../engine/language/nearest.ts'
import { readShell } from '../../engine/language/shell.ts'
import { namesInJson, substitute } from '../../engine/language/substitute.ts'
import { checkValue, listItems, parseType } from '../../engine/language/type.ts'
import { cut, widthOf, wrap } from '../../engine/language/width.ts'
import type { Value } from '../../engine/model/value.ts'

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['15min', 900_000],
    ['7_days', 604_800_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '5', '90 sec', '-5s', '1.5h', '5 m', 's', '1h 30m', '99999999999999999d', '٣s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  )

  test('what is said can be read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (ms) => {
        expect(formatDuration(ms)).toMatch(/^[\d.]+(?:[smhd]|m\d\ds|h\d\dm|d\d+h)$/)
      }),
    )
  })
})

describe('expressions', () => {
  const values: Record<string, Value> = {
    lag: { type: 'int', text: '3' },
    MAX: { type: 'int', text: '10' },
    took: { type: 'duration', text: '90s' },
    name: { type: 'string', text: 'kafka-1' },
    ok: { type: 'bool', text: 'true' },
    all: { type: 'json', text: '{"a": {"b": 4}, "list": []}' },
  }
  const said = (source: string): unknown => {
    const parsed = parseExpression(source)
    if (!parsed.ok) return `no: ${parsed.reason}`
    const result = evaluate(parsed.expression, values)
    return result.ok ? result.value : `fails: ${result.reason}`
  }

  test.each([
    ['lag < MAX', true],
    ['lag <= 3', true],
    ['lag != 3', false],
    ['took < 2m', true],
    ['90s < 2m', true],
    ['1h30m == 90m', true],
    ['name == "kafka-1"', true],
    ["name == 'kafka-1'", true],
    ['ok', true],
    ['not ok', false],
    ['not ok or lag < MAX', true],
    ['ok and lag > 5 or lag == 3', true],
    ['not (ok and lag > 5)', true],
    ['all.a.b >= 4', true],
    ['true and not false', true],
    ['lag < 3.5', true],
  ])('%s is %s', (source, value) => expect(said(source)).toBe(value))

  test.each([
    ['lag < "3"', /fails/],
    ['took < 5', /fails/],
    ['name < 5', /fails/],
    ['unknown == 3', /fails|no/],
    ['all.a.c == 4', /fails/],
    ['lag <', /no/],
    ['lag = 3', /no/],
    ['f(3)', /no/],
    ['lag.constructor', /fails|no/],
    ['all.__proto__', /fails/],
    ['a ? b : c', /no/],
    ['', /no/],
  ])('%s is refused', (source, wanted) => expect(String(said(source))).toMatch(wanted))

  test('it never throws, and its names are its names', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (source) => {
        const parsed = parseExpression(source)
        if (parsed.ok) expect(namesIn(parsed.expression).every(({ name }) => source.includes(name))).toBe(true)
        said(source)
      }),
    )
  })
})

describe('folding', () => {
  test.each([
    ['Étape 3 : Vérifier', 'etape 3 : verifier'],
    ['Temps\u00A0estimé', 'temps estime'],
    ['Niveau d’expertise', "niveau d'expertise"],
  ])('%s', (text, folded) => expect(fold(text)).toBe(folded))

  test('a slug is cut at a word and has at most 48 characters', () => {
    expect(slug('No broker on this machine is being started or stopped')).toBe('no-broker-on-this-machine-is-being-started-or')
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(slug(text)).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/)
      }),
    )
  })
})

test('control characters are shown, not obeyed', () => {
  expect(visible('\u001b[2J\u0007a\tb\nc')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
  expect(visibleLine('a\nb')).not.toContain('\n')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visibleLine(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
    }),
  )
})

describe('types', () => {
  const ok = (type: string, text: string, items: readonly string[] = []): boolean => {
    const parsed = parseType(type)
    if (!parsed.ok) throw new Error(parsed.reason)
    return checkValue(parsed.type, text, items).ok
  }
  test.each([
    ['int', '-12', true],
    ['int', '1.5', false],
    ['int', '', false],
    ['int', '٣', false],
    ['int', '9007199254740993', false],
    ['int', '9007199254740992', true],
    ['int', '-9007199254740992', true],
    ['int', '-9007199254740993', false],
    ['int(0..)', '0', true],
    ['int(0..)', '-1', false],
    ['int(1..5)', '6', false],
    ['number', '1.5e3', true],
    ['number', '0x10', false],
    ['bool', 'true', true],
    ['bool', 'yes', false],
    ['duration', '5m', true],
    ['hostname', 'kafka-1.example', true],
    ['hostname', 'kafka_1 x', false],
    ['host:port', 'kafka:9092', true],
    ['host:port', 'kafka', false],
    ['host:port', 'kafka:99999', false],
    ['url', 'https://a.example/x', true],
    ['url', 'not a url', false],
    ['enum(a, b)', 'a', true],
    ['enum(a, b)', 'c', false],
    ['choix(kafka-1..kafka-3)', 'kafka-2', true],
    ['choix(kafka-1..kafka-3)', 'kafka-4', false],
    ['list(int)', '1, 2 3', true],
    ['list(int)', '1, x', false],
    ['entier', '4', true],
  ])('%s takes %j: %s', (type, text, wanted) => expect(ok(type, text)).toBe(wanted))

  test('a list is split at blanks, commas and newlines', () => {
    expect(listItems('a, b\nc  d')).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each([
    ['integer', 'int'],
    ['strng', 'string'],
  ])('%s is near %s', (word, wanted) => expect(parseType(word)).toMatchObject({ ok: false, nearest: wanted }))
})

test('nearest: a third of the letters may be wrong, a longer form is near, nothing else', () => {
  expect(nearest('timout', ['timeout', 'retries'])).toBe('timeout')
  expect(nearest('integer', ['int', 'list'])).toBe('int')
  expect(nearest('xyz', ['timeout'])).toBeNull()
  expect(nearest('foo', ['fin', 'ask'])).toBeNull()
  expect(nearest('wiat', ['wait'])).toBe('wait')
})

test('$NAME is replaced inside scalars, after parsing; a scalar that is exactly it keeps its type', () => {
  const values: Record<string, Value> = { N: { type: 'int', text: '3' }, S: { type: 'string', text: 'a: [b' } }
  expect(substitute({ n: '$N', s: 'x ${S} y', list: ['$S'], key: { $N: 1 } }, values)).toEqual({
    ok: true,
    json: { n: 3, s: 'x a: [b y', list: ['a: [b'], key: { $N: 1 } },
  })
  expect(substitute('$GONE', values)).toMatchObject({ ok: false, unknown: ['GONE'] })
  const lists = { HOSTS: { type: 'list(string)', text: 'kafka-1, kafka-2' }, PORTS: { type: 'list(int(1..))', text: '[1, 2]' } }
  expect(substitute({ hosts: '$HOSTS', ports: '$PORTS', said: 'all: $HOSTS' }, lists)).toEqual({
    ok: true,
    json: { hosts: ['kafka-1', 'kafka-2'], ports: [1, 2], said: 'all: kafka-1, kafka-2' },
  })
  expect(namesInJson({ a: '$N and ${S}' }).toSorted()).toEqual(['N', 'S'])
})

describe('width', () => {
  test('counts what a terminal shows', () => {
    expect(widthOf('é漢字')).toBe(5)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width)
      }),
    )
  })
  test('wrapping loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 20 }), (words) => {
        expect(wrap(words.join(' '), 20).join(' ').split(/\s+/).filter(Boolean)).toEqual(words)
      }),
    )
  })
})

test('canonical JSON: sorted keys, no blanks, the same for every order', () => {
  expect(canonical({ b: 1, a: [true, null, 'é\u2028'] })).toBe('{"a":[true,null,"é\u2028"],"b":1}')
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      expect(canonical(Object.fromEntries(Object.entries(object).toReversed()))).toBe(canonical(object))
    }),
  )
})

test('a script tells what it assigns, uses and calls', () => {
  const shell = readShell('f() { a; }\nX=1 f\nread -r Y\nfor Z in 1; do curl -s "$X" | jq .; done\necho "${Q:-1}" "$W"')
  expect(shell.assigns.map(({ name }) => name).toSorted()).toEqual(['X', 'Y', 'Z'])
  expect(shell.commands).toEqual(expect.arrayContaining(['curl', 'jq']))
  expect(shell.commands).not.toContain('f')
  expect(shell.uses.find(({ name }) => name === 'Q')?.defaulted).toBe(true)
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void readShell(text)))
})
