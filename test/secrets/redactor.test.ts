import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { formsOf } from '../../engine/secrets/forms.ts'
import { looksSecret } from '../../engine/secrets/names.ts'
import { type Redactor, redactorOf } from '../../engine/secrets/redactor.ts'

const MARK = '•••'
const of = (...values: string[]): Redactor =>
  redactorOf(
    values.map((value, i) => ({ name: `S${i}`, value })),
    [],
  )

function streamed(redactor: Redactor, bytes: Uint8Array, cuts: readonly number[]): string {
  const stream = redactor.stream()
  let out = ''
  let from = 0
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    out += stream.push(bytes.subarray(from, cut))
    from = cut
  }
  return out + stream.end()
}

const SECRET = `p@ss "w0rd"/it's $5\\x<&>é`
const PEM = [
  '-----BEGIN KEY-----',
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7',
  'VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1+fWIcPm15j9',
  'short',
  '-----END KEY-----',
].join('\n')

const ENCODED: readonly (readonly [string, (text: string) => string])[] = [
  ['plain', (text) => text],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64 without padding', (text) => Buffer.from(text).toString('base64').replace(/=+$/, '')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['URL with slashes', (text) => encodeURIComponent(text).replaceAll('%2F', '/')],
  [
    'URL with slashes, in small letters',
    (text) =>
      encodeURIComponent(text)
        .replaceAll('%2F', '/')
        .replace(/['()*!]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
        .replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['upper-case hex', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['URL', (text) => encodeURIComponent(text)],
  ['a URL as a whole', (text) => encodeURI(text)],
  ['a form', (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  ['JSON', (text) => JSON.stringify(text).slice(1, -1)],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
  ['JSON with escaped slashes', (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
  ['single quotes', (text) => text.replaceAll("'", `'\\''`)],
  [
    'HTML',
    (text) => text.replace(/[&<>"']/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[c] ?? ''};`),
  ],
]

describe('every form of a secret', () => {
  test.each(ENCODED)('%s', (_, encode) => {
    for (const secret of [SECRET, 'hunter2-hunter2', 'abcdef', '日本語のパスワード', 'tab\tand\u001bescape\u0001'])
      expect(of(secret).text(`before ${encode(secret)} after`)).toBe(`before ${MARK} after`)
  })

  test('base64 of a longer text that holds it, at the three alignments', () => {
    for (const before of ['', 'a', 'ab', 'user:', 'user1:', 'user12:'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const shown = of(SECRET).text(Buffer.from(`${before}${SECRET}, and more`).toString(encoding))
        expect(shown).toContain(MARK)
        expect(Buffer.from(shown.split(MARK)[0] ?? '', 'base64').toString()).not.toContain(SECRET.slice(0, 2))
      }
  })

  test('each line of one with several lines, and the whole', () => {
    const redactor = of(PEM)
    for (const line of PEM.split('\n').filter((one) => one.length >= 6)) {
      expect(redactor.text(`[${line}]`)).toBe(`[${MARK}]`)
      expect(redactor.text(`[${Buffer.from(line).toString('base64')}]`)).toBe(`[${MARK}]`)
    }
    expect(redactor.text(PEM)).toBe(MARK)
    expect(redactor.text(JSON.stringify({ key: PEM }))).toBe(`{"key":"${MARK}"}`)
    expect(redactor.text('short')).toBe('short')
    expect(redactor.text(PEM.replaceAll('\n', '\r\n'))).not.toMatch(/MIIEv|BEGIN|VJTU/)
  })

  test('broken lines of base64(1), openssl and xxd', () => {
    for (const width of [76, 64]) {
      const shown = of(PEM).text(
        Buffer.from(PEM)
          .toString('base64')
          .replace(new RegExp(`.{${width}}`, 'g'), '$&\n'),
      )
      expect(shown).toMatch(/^(?:•••\n?)+[A-Za-z0-9+/=]{0,5}\n?$/)
    }
    expect(of(PEM).text(Buffer.from(PEM).toString('hex').replace(/.{60}/g, '$&\n'))).toMatch(/^(?:•••\n?)+$/)
  })

  test('no form is empty, and none is much shorter than the secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (secret) => {
        for (const form of formsOf(secret)) {
          expect(form).not.toBe('')
          expect(form.length).toBeGreaterThanOrEqual(Math.min(6, secret.length))
        }
      }),
    )
  })
})

/** Characters that every C library prints, and up to five that it may not know: more of those are not looked for in every mix. */
const withFewRare = (text: string): string => {
  const rare = new Set<string>()
  return Array.from(text)
    .filter((one) => {
      if (/[ -~\u00a1-\u00ac\u00ae-\u036f\u0391-\u03a9\u03b1-\u03c9\u0410-\u044f\u4e00-\u9fa5]/u.test(one)) return true
      if ((one.codePointAt(0) ?? 0) < 0x10000) return false
      if (rare.size < 5) rare.add(one)
      return rare.has(one)
    })
    .join('')
}

describe('what bash itself prints of a secret', () => {
  const script = `
    printf '%q\\n' "$S"; declare -p S; export -p | grep -a ' S='; echo "\${S@Q}"; echo "\${S@A}"; alias a="$S"; alias a
    A=("$S"); declare -p A; set -x; : "$S"; X=$S; [[ $S == x ]]; set +x
    base64 -w0 <<< "$S"; base64 <<< "x$S"; printf %s "$S" | od -An -v -tx1 | tr -d ' \\n'; set | grep -a '^S='`

  test.each(['C.UTF-8', 'C'])('is redacted in the locale %s', (LANG) => {
    const any = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }).map(withFewRare),
      fc.string({
        unit: fc.constantFrom(...Array.from(` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~aB3\n\t\u001b\u0001é`)),
        minLength: 6,
        maxLength: 20,
      }),
      fc.string({ unit: fc.constantFrom('a', "'", '~', '#'), minLength: 6, maxLength: 9 }),
    )
    fc.assert(
      fc.property(
        any.filter((secret) => !/[\0\r]/.test(secret) && secret.trim().length >= 6 && !/\n/.test(secret)),
        (secret) => {
          const shown = execFileSync('bash', ['-c', `{ ${script}\n} 2>&1`], {
            env: { PATH: process.env['PATH'] ?? '', LANG, LC_ALL: LANG, S: secret },
          }).toString('utf8')
          const lines = of(secret).text(shown).split('\n')
          // Each line that bash printed holds the mark and nothing of the secret beside it.
          for (const line of lines.filter((one) => one !== ''))
            expect(line, JSON.stringify({ secret, line })).toMatch(/•••|^\+ set \+x$|^[A-Za-z0-9+/]{1,8}={0,2}$/)
          expect(lines.join('\n')).not.toContain(secret)
        },
      ),
      { numRuns: 25, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false, endOnFailure: true },
    )
  })
})

describe('where it stands', () => {
  test.each([
    ['hunter2-hunter2', MARK],
    ['hunter2-hunter2 x', `${MARK} x`],
    ['x hunter2-hunter2', `x ${MARK}`],
    ['hunter2-hunter2hunter2-hunter2', `${MARK}${MARK}`],
    ['hunter2-hunter', 'hunter2-hunter'],
    ['', ''],
  ])('%j becomes %j', (text, shown) => {
    expect(of('hunter2-hunter2').text(text)).toBe(shown)
  })

  test('one inside the other, and two that overlap, leave no part', () => {
    expect(of('secret', 'my-secret-value').text('my-secret-value secret')).toBe(`${MARK} ${MARK}`)
    expect(of('abcdefgh', 'efghijkl').text('1abcdefghijkl2')).toBe(`1${MARK}2`)
    expect(of('aaaaaa').text('baaaaaaaaac')).toBe(`b${MARK}c`)
  })

  test('the empty text is never redacted', () => {
    expect(of('').text('abc')).toBe('abc')
    expect(of('', 'secret').text('abc secret')).toBe(`abc ${MARK}`)
    expect(redactorOf([], ['x*']).text('abc')).toBe('abc')
    expect(redactorOf([], ['x*']).text('axxc')).toBe(`a${MARK}c`)
  })

  test('a short one is redacted all the same', () => {
    expect(of('ab').text('xaby')).toBe(`x${MARK}y`)
  })

  test('in JSON: values, keys, deep; everything else is as it was', () => {
    const json = { a: ['x secret y', 1, null, true], secret: { deep: 'secret' }, n: -0.5 }
    expect(of('secret').json(json)).toEqual({ a: [`x ${MARK} y`, 1, null, true], [MARK]: { deep: MARK }, n: -0.5 })
    expect(json.secret.deep).toBe('secret')
    expect(of('secret').contains('a secret')).toBe(true)
    expect(of('secret').contains('a')).toBe(false)
  })

  test('nothing to hide: nothing changes, not even a byte order mark', () => {
    const none = redactorOf([], [])
    expect(none.text('x')).toBe('x')
    expect(none.contains('x')).toBe(false)
    expect(streamed(none, Buffer.from('\ufeffaé日'), [4, 5])).toBe('\ufeffaé日')
    expect(streamed(of('secret'), Buffer.from('\ufeffaé日'), [1, 4, 5])).toBe('\ufeffaé日')
  })
})

describe('patterns of the project', () => {
  test('are RE2: inline flags, and a hostile one is fast', () => {
    expect(redactorOf([], ['(?i)token=\\S+']).text('TOKEN=abc x')).toBe(`${MARK} x`)
    const from = performance.now()
    expect(redactorOf([], ['(a+)+$']).text(`${'a'.repeat(30_000)}b`)).toContain('b')
    expect(performance.now() - from).toBeLessThan(3000)
  })

  test('hold line by line, over chunks too, together with secrets', () => {
    const redactor = redactorOf([{ name: 'S', value: 'line1-secret\nline2-secret' }], ['^token=\\S+$', 'AKIA[A-Z0-9]{4}'])
    const text = 'token=abc\nx token=abc\nAKIA1234 and line1-secret\nline2-secret end\ntoken=é\nlast token'
    const bytes = Buffer.from(text)
    const whole = redactor.text(text)
    expect(whole).toBe(`${MARK}\nx token=abc\n${MARK} and ${MARK} end\n${MARK}\nlast token`)
    for (let cut = 0; cut <= bytes.length; cut++) expect(streamed(redactor, bytes, [cut]), String(cut)).toBe(whole)
    expect(streamed(redactor, bytes, [...bytes.keys()])).toBe(whole)
  })

  test('a line without end does not grow the memory and still hides secrets', () => {
    const redactor = redactorOf([{ name: 'S', value: 'hunter2-hunter2' }], ['never-there'])
    const stream = redactor.stream()
    let out = ''
    for (let i = 0; i < 60; i++) out += stream.push(Buffer.from('.'.repeat(5000) + 'hunter2-hunter2'))
    expect(out.length).toBeGreaterThan(60 * 5000 - 80_000)
    out += stream.end()
    expect(out).toBe(`${'.'.repeat(5000)}${MARK}`.repeat(60))
  })
})

describe('streams', () => {
  test('split at every byte, in every form, it never comes through', () => {
    for (const secret of [SECRET, PEM])
      for (const [name, encode] of ENCODED) {
        const redactor = of(secret)
        const bytes = Buffer.from(`é ${encode(secret)} z`)
        const whole = redactor.text(bytes.toString())
        for (let cut = 0; cut <= bytes.length; cut++) expect(streamed(redactor, bytes, [cut]), `${name} ${cut}`).toBe(whole)
        expect(streamed(redactor, bytes, [...bytes.keys()])).toBe(whole)
      }
  })

  test('only what may be the start of a secret is held back', () => {
    const stream = of('hunter2-hunter2').stream()
    expect(stream.push(Buffer.from('hello hun'))).toBe('hello ')
    expect(stream.push(Buffer.from('ger'))).toBe('hunger')
    expect(stream.push(Buffer.from(' hunter2-hunter'))).toBe(' ')
    expect(stream.push(Buffer.from('2'))).toBe(MARK)
    expect(stream.push(Buffer.from('!'))).toBe('!')
    expect(stream.end()).toBe('')
  })

  test('a secret that repeats itself without end is one mark and needs no memory', () => {
    const stream = of('aaaaaaaa').stream()
    let out = ''
    for (let i = 0; i < 100; i++) out += stream.push(Buffer.from('a'.repeat(10_000)))
    out += stream.push(Buffer.from('b')) + stream.end()
    expect(out).toBe(`${MARK}b`)
  })

  test('a stream says what the whole text would say, and no form survives, for any secrets, text and chunks', () => {
    const letters = fc.constantFrom('a', 'b', 'é', '"', '\\', '\n', ' ', '/', '日')
    const secret = fc.oneof(
      fc.string({ unit: letters, minLength: 6, maxLength: 14 }),
      fc.string({ unit: 'binary', minLength: 6, maxLength: 30 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 6, maxLength: 8 }),
    )
    const piece = fc.oneof(
      fc.string({ unit: letters, maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }),
    )
    const scene = fc.record({
      secrets: fc.array(secret, { minLength: 1, maxLength: 3 }),
      parts: fc.array(fc.tuple(piece, fc.nat(), fc.nat()), { maxLength: 5 }),
      last: piece,
      cuts: fc.array(fc.nat(), { maxLength: 12 }),
    })
    fc.assert(
      fc.property(scene, ({ secrets, parts, last, cuts }) => {
        const redactor = of(...secrets)
        const text = parts
          .map(([before, which, how]) => {
            const forms = formsOf(secrets[which % secrets.length] ?? '')
            return before + (forms[how % forms.length] ?? '')
          })
          .concat(last)
          .join('')
        const bytes = Buffer.from(text)
        const whole = redactor.text(bytes.toString('utf8'))
        expect(
          streamed(
            redactor,
            bytes,
            cuts.map((cut) => cut % (bytes.length + 1)),
          ),
        ).toBe(whole)
        const forms = secrets.flatMap(formsOf).filter((form) => !MARK.includes(form))
        const left = whole.split(MARK)
        for (const form of forms)
          expect(
            left.some((part) => part.includes(form)),
            JSON.stringify({ form, whole }),
          ).toBe(false)
      }),
      { numRuns: 400 },
    )
  })

  test('a long key costs next to nothing, on opening and on ten megabytes', () => {
    const key = Array.from({ length: 50 }, (_, i) => `${i}${'Ab9/xyz+'.repeat(8)}`.slice(0, 64)).join('\n')
    const redactor = of(key, 'hunter2-hunter2')
    const from = performance.now()
    for (let i = 0; i < 100; i++) redactor.stream()
    const stream = redactor.stream()
    const chunk = Buffer.from('2026-01-01 12:00:00 a line of a log with words and 12345 ok\n'.repeat(1000))
    for (let i = 0; i < 170; i++) stream.push(chunk)
    expect(performance.now() - from).toBeLessThan(2500)
  })
})

test.each([
  ['DB_PASSWORD', true],
  ['API_TOKEN', true],
  ['token', true],
  ['AWS_SECRET_ACCESS_KEY', true],
  ['PASSWORD_FILE', false],
  ['TOKENIZER', false],
  ['COMPASS', false],
  ['SSL_KEY_PATH', false],
  ['HOSTNAME', false],
])('the name %s looks like a secret: %s', (name, secret) => {
  expect(looksSecret(name)).toBe(secret)
})
