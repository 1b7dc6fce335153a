import { visible } from '../language/control.ts'
import { type Look, paragraph } from './look.ts'

/** Lines of the author's words that a screen shows by itself. */
const SHOWN = 12

/** The author's own words, folded after twelve lines. A GitHub alert (`> [!WARNING]`) becomes a line with `!`. */
export function prose(look: Look, text: string): string[] {
  const lines = proseLines(look, text)
  if (lines.length <= SHOWN) return lines
  return [...lines.slice(0, SHOWN), look.words.screen.moreLines(lines.length - SHOWN)]
}

/** The author's own words in full. */
export function proseLines(look: Look, text: string): string[] {
  const alert = /^>\s*\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$/i
  const cleaned: string[] = []
  let first = false
  let inFence = false
  for (const line of visible(text).split('\n')) {
    if (alert.test(line.trim())) {
      first = true
      continue
    }
    if (/^\s*(```|~~~)/.test(line)) inFence = !inFence
    const quoted = inFence ? line : plainWords(line.replace(/^>\s?/, ''))
    cleaned.push(first && quoted.trim() !== '' ? `! ${quoted.trim()}` : quoted)
    if (quoted.trim() !== '') first = false
  }
  return trimmed(cleaned).flatMap((line) => paragraph(look, line))
}

/** Markdown's marks for code and weight are for a page, not for a screen. */
const plainWords = (line: string): string => line.replace(/`([^`]+)`/g, '$1').replace(/\*\*([^*]+)\*\*/g, '$1')

/** Without blank lines at both ends, and never two in a row. */
function trimmed(lines: readonly string[]): string[] {
  const kept = lines.filter((line, index) => line.trim() !== '' || (lines[index - 1] ?? '').trim() !== '')
  while (kept.at(-1)?.trim() === '') kept.pop()
  while (kept[0]?.trim() === '') kept.shift()
  return kept
}
