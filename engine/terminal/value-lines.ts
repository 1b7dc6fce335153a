import { visible } from '../language/control.ts'
import { padEnd, widthOf, wrap } from '../language/width.ts'
import type { ShownValue } from './ask-context.ts'
import type { Look } from './look.ts'

/** What a block will see, each value with where it came from. Nothing is cut: a long value goes on below. */
export function valueLines(look: Look, values: readonly ShownValue[]): string[] {
  const clean = values.map(({ name, text, origin }) => ({
    name: visible(name),
    text: shown(text),
    origin: originText(look, origin),
  }))
  const nameWidth = Math.min(24, Math.max(0, ...clean.map(({ name }) => widthOf(name))))
  const originWidth = Math.max(0, ...clean.map(({ origin }) => widthOf(origin)))
  const indent = ' '.repeat(2 + nameWidth + 3)
  const room = Math.max(16, look.width - indent.length)
  const textWidth = Math.min(Math.max(0, ...clean.map(({ text }) => widthOf(text))), room - originWidth - 3)
  return clean.flatMap(({ name, text, origin }) => {
    const head = `  ${padEnd(name, nameWidth)}   `
    const lead = widthOf(name) > nameWidth ? [...wrap(name, look.width - 2).map((line) => `  ${line}`), indent] : [head]
    const start = lead.at(-1) ?? ''
    if (textWidth > 0 && widthOf(text) <= textWidth)
      return [...lead.slice(0, -1), `${start}${padEnd(text, textWidth)}   ${origin}`.trimEnd()]
    const [first = '', ...rest] = wrap(text, room)
    const from = origin === '' ? [] : wrap(`(${origin})`, room).map((line) => `${indent}${line}`)
    return [...lead.slice(0, -1), `${start}${first}`, ...rest.map((line) => `${indent}${line}`), ...from]
  })
}

/** A value on as few lines as it needs: its newlines are shown, not obeyed. */
const shown = (text: string): string => (text === '' ? '""' : visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t'))

/** Where a value came from: a file, a command, or one of the sources by its word. */
function originText({ words }: Look, origin: string): string {
  const known: Readonly<Record<string, string>> = words.origins
  return Object.hasOwn(known, origin) ? (known[origin] ?? '') : visible(origin)
}
