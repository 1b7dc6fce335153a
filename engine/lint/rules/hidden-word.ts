import type { Located } from '../../model/problem.ts'
import type { Item } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { placeInText } from '../place-in.ts'

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
    const seen = new Set<Item>()
    for (const section of runbook.sections) {
      for (const items of [
        section.items,
        ...section.steps.flatMap((part) => [part.items, ...(part.type === 'phase' ? part.steps.map((step) => step.items) : [])]),
      ]) {
        for (const item of items) {
          if (seen.has(item)) continue
          seen.add(item)
          for (const text of textsOf(item)) {
            for (const { offset, word } of hiddenIn(text.value)) {
              const place = placeInText(runbook, text.place, text.value, { offset, length: word.length })
              report({
                place,
                reason: `Unexpected \`${word}\`, which GitHub hides, expected it in back-ticks`,
                actual: word,
                expected: [`\`${word}\``],
              })
            }
          }
        }
      }
    }
  },
})

function textsOf(item: Item): Located<string>[] {
  switch (item.type) {
    case 'prose':
    case 'box':
      return [{ value: item.text, place: item.place }]
    case 'label':
      return [{ value: item.text, place: item.textPlace }]
    case 'block':
    case 'decision':
      return []
  }
}

function hiddenIn(text: string): { offset: number; word: string }[] {
  if (!text.includes('<')) return []
  const bare = text.replace(/(`+)[^`](?:[\s\S]*?[^`])?\1(?!`)|<!--[\s\S]*?-->/g, (code) => code.replace(/[^\n]/g, ' '))
  return [...bare.matchAll(/(?<!\\)<([A-Za-z][\w-]*)(?: [^<>\n]*)?>/g)].flatMap((match) =>
    tags.test(match[1] ?? '') ? [] : [{ offset: match.index, word: match[0] }],
  )
}
