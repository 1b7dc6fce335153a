/** A part shorter than this is no proof of a secret. */
const SHORTEST = 6

/** Every text under which a secret may show up: itself, encoded, quoted, and each line of it. */
export function formsOf(secret: string): string[] {
  const lines = secret.includes('\n')
    ? secret
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line.length >= SHORTEST)
    : []
  const forms = new Set<string>()
  for (const text of [secret, ...lines])
    for (const form of encodings(text)) if (form.length >= Math.min(SHORTEST, text.length)) forms.add(form)
  // Longest first: an encoded form may hold a shorter one.
  return [...forms].toSorted((a, b) => b.length - a.length)
}

function encodings(text: string): string[] {
  const bytes = Buffer.from(text)
  const hex = bytes.toString('hex')
  const url = encodeURIComponent(text)
  const wholeUrl = [...bytes]
    .map((byte) =>
      /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
  const json = JSON.stringify(text).slice(1, -1)
  const urls = [url, wholeUrl].flatMap((one) => [one, one.replaceAll('%20', '+')])
  return [
    text,
    hex,
    hex.toUpperCase(),
    ...urls,
    ...urls.map((one) => one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    json,
    json.replaceAll('/', '\\/'),
    asciiJson(text),
    JSON.stringify(json).slice(1, -1),
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    ansiQuoted(text),
    text.replace(/[\\$`"!]/g, '\\$&'),
    text.replace(/[\\$`"]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    xml(text),
    xml(text).replaceAll('&#39;', '&apos;'),
    text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c),
    ...base64(bytes),
  ]
}

const asciiJson = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

const ansiQuoted = (text: string): string =>
  text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')

const xml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c)

/** At the three alignments, without the characters at the edges that depend on the neighbours; both alphabets. */
function base64(bytes: Buffer): string[] {
  const forms = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, '')]
  for (const shift of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // Bits of the neighbours are in the first characters after a shift, and in the last one.
    const from = shift === 0 ? 0 : shift + 1
    const spare = (shift + bytes.length) % 3 === 0 ? 0 : 1
    forms.push(text.slice(from, text.length - spare))
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}
