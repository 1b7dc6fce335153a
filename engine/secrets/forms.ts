/** A part shorter than this is no proof of a secret. */
const SHORTEST = 6

/** Every text under which a secret may show up: itself, encoded, quoted, and each line of it. None is empty. */
export function formsOf(secret: string): string[] {
  const parts = [secret, ...secret.split(/\r?\n/).flatMap((line) => [line, line.trim()])]
  const texts = new Set(parts.filter((part, at) => part !== '' && (at === 0 || part.length >= SHORTEST)))
  const forms = new Set<string>()
  for (const text of texts)
    for (const form of encodings(text)) if (form.length >= Math.min(SHORTEST, text.length)) forms.add(form)
  return [...forms].toSorted((a, b) => b.length - a.length)
}

function encodings(text: string): string[] {
  const bytes = Buffer.from(text)
  return [text, ...inHex(bytes), ...inBase64(bytes), ...inUrl(bytes), ...inJson(text), ...inShell(text, bytes), ...inXml(text)]
}

/** `xxd -p` breaks its lines at 60. */
function inHex(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  return [hex, ...brokenAt(hex, 60)].flatMap((one) => [one, one.toUpperCase()])
}

/** At the three alignments, without the characters at the edges that depend on the neighbours; both alphabets; also with line breaks. */
function inBase64(bytes: Buffer): string[] {
  const whole = bytes.toString('base64')
  const forms = [whole, whole.replace(/=+$/, '')]
  for (const shift of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // Bits of the neighbours are in the first characters after a shift, and in the last one.
    const from = shift === 0 ? 0 : shift + 1
    const spare = (shift + bytes.length) % 3 === 0 ? 0 : 1
    forms.push(text.slice(from, text.length - spare))
  }
  // Programs break long lines, wherever the secret begins in them: so each part of it counts.
  const broken = forms.slice(2).flatMap((form) => (form.length > UNBROKEN ? partsOf(form) : []))
  return [...forms, ...broken].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

/** The shortest line of base64 that a program would break. */
const UNBROKEN = 60
/** Six bytes. */
const PART = 8

const partsOf = (text: string): string[] => Array.from({ length: text.length - PART + 1 }, (_, i) => text.slice(i, i + PART))

const brokenAt = (text: string, width: number): string[] =>
  text.length <= width
    ? []
    : Array.from({ length: Math.ceil(text.length / width) }, (_, i) => text.slice(i * width, (i + 1) * width))

/** What stays plain differs: everything but the unreserved, with the slash, as forms, as encodeURIComponent, as encodeURI; both cases; a blank as `+` too. */
function inUrl(bytes: Buffer): string[] {
  const urls = [/[\w.~-]/, /[\w.~/-]/, /[\w.~/!*'()-]/, /[\w.*-]/, /[\w.~!*'()-]/, /[\w.~!*'();/?:@&=+$,#-]/].map((plain) =>
    percent(bytes, plain),
  )
  return [...urls, ...urls.map((one) => one.replaceAll('%20', '+'))].flatMap((one) => [
    one,
    one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ])
}

const percent = (bytes: Buffer, plain: RegExp): string =>
  [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return byte < 0x80 && plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')

const escapedUnit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** As JavaScript writes it, with `\/`, in ASCII, as Go writes it for HTML, and a JSON text inside another. */
function inJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replace(/[\u007f-\uffff]/g, escapedUnit)
  return [
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    ascii.replaceAll('/', '\\/'),
    ascii.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`),
    json.replace(/[<>&\u2028\u2029]/g, escapedUnit),
    JSON.stringify(json).slice(1, -1),
  ]
}

const CONTROL: Readonly<Record<number, string>> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 27: 'E' }

/** What an older C library may not know yet, or never prints. */
const RARE = /[\u{10000}-\u{10ffff}]|(?![\p{L}\p{M}\p{N}\p{P}\p{S}])[^\u0000-\u007f]/gu
/** With more of them than this, only one at a time and all together are looked for. */
const MOST_RARE = 5

const subsetsOf = <T>(items: readonly T[]): T[][] =>
  items.reduce<T[][]>((all, item) => [...all, ...all.map((some) => [...some, item])], [[]]).slice(1)

/** As bash itself quotes: `set -x`, `declare -p`, `printf %q`, `${X@Q}`; and as people and programs do by hand. */
function inShell(text: string, bytes: Buffer): string[] {
  const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`
  const control = (byte: number): string => (CONTROL[byte] === undefined ? octal(byte) : `\\${CONTROL[byte]}`)
  const dollar = text.replace(/[\\']/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (one) => control(one.charCodeAt(0)))
  const inC = [...bytes].map((byte) =>
    byte < 0x20 || byte === 0x7f ? control(byte) : byte > 0x7f ? octal(byte) : String.fromCharCode(byte).replace(/[\\']/, '\\$&'),
  )
  // Which rare characters are printable differs from one C library to the next: bash writes the others as bytes.
  const rare = [...new Set(text.match(RARE) ?? [])]
  const inBytes = (which: readonly string[]): string =>
    Array.from(dollar)
      .map((one) => (which.includes(one) ? [...Buffer.from(one)].map(octal).join('') : one))
      .join('')
  const mixed = rare.length > MOST_RARE ? [rare, ...rare.map((one) => [one])] : subsetsOf(rare)
  const word = text.replace(/[\s'"\\|&;()<>!{}*[\]?^$`,]/g, '\\$&')
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    dollar,
    dollar.replaceAll('\\E', '\\e'),
    dollar.replaceAll('\\E', '\\033'),
    inC.join(''),
    ...mixed.map(inBytes),
    text.replace(/[\\$`"!]/g, '\\$&'),
    text.replace(/[\\$`"]/g, '\\$&'),
    word,
    word.replace(/^[#~]/, '\\$&'),
    word.replace(/[#~]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./-]/g, '\\$&'),
  ]
}

function inXml(text: string): string[] {
  const xml = (quotes: Readonly<Record<string, string>>): string =>
    text.replace(/[&<>"']/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', ...quotes })[one] ?? one)
  return [
    xml({}),
    xml({ '"': '&quot;' }),
    ...['&#39;', '&apos;', '&#x27;', '&#039;'].map((quote) => xml({ '"': '&quot;', "'": quote })),
  ]
}
