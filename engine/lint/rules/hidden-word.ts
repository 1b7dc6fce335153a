import { defineRule } from '../define-rule.ts'
import { placeInText } from '../place-in.ts'
import { textsOf } from '../texts.ts'

const tags =
  /^(?:a|abbr|b|bdi|bdo|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|img|input|ins|kbd|li|mark|ol|p|picture|pre|q|rp|rt|ruby|s|samp|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video|wbr)$/i

/**
 * A `<word>` in prose outside code: GitHub takes it for a tag and shows nothing.
 *
 * ````markdown ok
 * Restart `<broker>` and press <kbd>Enter</kbd>,<br> see <https://example.org>.
 * ````
 *
 * ````markdown not-ok
 * Restart <broker> by hand.
 * ````
 * → 1:9 warning
 */
export default defineRule({
  name: 'hidden-word',
  severity: 'warning',
  check(runbook, _context, report) {
    if (!runbook.source.includes('<')) return
    for (const { value, place } of textsOf(runbook)) {
      for (const { offset, word } of hiddenIn(value)) {
        report({
          place: placeInText(runbook, place, value, { offset, length: word.length }),
          reason: `Unexpected \`${word}\`, which GitHub hides, expected it in back-ticks`,
          actual: word,
          expected: [`\`${word}\``],
        })
      }
    }
  },
})

function hiddenIn(text: string): { offset: number; word: string }[] {
  if (!text.includes('<')) return []
  const bare = text.replace(/(`+)[^`](?:[\s\S]*?[^`])?\1(?!`)|<!--[\s\S]*?-->/g, (code) => code.replace(/[^\n]/g, ' '))
  return [...bare.matchAll(/(?<!\\)<([A-Za-z][\w-]*)(?: [^<>\n]*)?>/g)].flatMap((match) =>
    tags.test(match[1] ?? '') ? [] : [{ offset: match.index, word: match[0] }],
  )
}
