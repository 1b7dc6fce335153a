/** Folds a text for recognition: lower case, no accents, plain blanks and apostrophes, no numbering, no emoji. */
export function fold(text: string): string {
  return (ASCII.test(text) ? text : plain(text))
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\d+(?:\.\d+)*[.)]?\s+(?=\S)/, '')
}

const ASCII = /^[\0-\x7f]*$/

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u00a0\u202f\u2007\u2009]/g, ' ')
    .replace(/[’‘ʼ]/g, "'")
    .replace(/\p{Extended_Pictographic}|\ufe0f|\u200d|\u20e3/gu, '')
}

/** Makes an id of a title: folded, everything but letters and digits as `-`, at most `max` characters, cut at a word. */
export function slug(text: string, max = 48): string {
  const whole = fold(text)
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (whole.length <= max) return whole
  const cut = whole.slice(0, max + 1)
  const at = cut.lastIndexOf('-')
  return at > 0 ? cut.slice(0, at) : whole.slice(0, max)
}
