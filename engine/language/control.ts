/** C0 without newline and tab, DEL, C1, line separators, bidirectional and zero-width controls. */
const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

function shown(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`
  if (code === 0x7f) return '^?'
  if (code < 0xa0) return `\\x${code.toString(16)}`
  return `\\u${code.toString(16).padStart(4, '0')}`
}

/** A text from outside that can no longer drive a terminal: control characters are shown, not obeyed. Newlines and tabs stay; CRLF is one line end. */
export function visible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(CONTROL, shown)
}

/** The same on one line: newlines and tabs become blanks. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]+/g, ' ')
}
