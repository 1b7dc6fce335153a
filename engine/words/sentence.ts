/** An English sentence and its French. `{1}` is shown as it was written; `{=1}` are words of the tool's own, which have French too. */
export type Sentence = readonly [en: string, fr: string]

interface Pattern {
  readonly matches: RegExp
  /** Which hole of the English each of the groups is. */
  readonly holes: readonly string[]
  readonly french: string
}

const HOLE = /\{=?(\d)\}/g

/**
 * Makes the translation of sentences that are made in English wherever a problem is found, and kept so in JSON: at the edge, where they are printed.
 * The sentence with the most words of its own wins; one that is not listed stays as it is.
 */
export function translationOf(sentences: readonly Sentence[]): (text: string) => string {
  const fixed = new Map(sentences.filter(([en]) => en.search(HOLE) < 0))
  const patterns = sentences
    .filter(([en]) => en.search(HOLE) >= 0)
    .toSorted(([one], [other]) => ownLength(other) - ownLength(one))
    .map(patternOf)
  const whole = (text: string): string | null => {
    const known = fixed.get(text)
    if (known !== undefined) return known
    for (const { matches, holes, french } of patterns) {
      const found = matches.exec(text)
      if (found === null) continue
      const values = new Map(holes.map((hole, index) => [hole, found[index + 1] ?? '']))
      return french.replace(HOLE, (hole, n: string) => {
        const value = values.get(n) ?? ''
        return hole.startsWith('{=') ? words(value) : value
      })
    }
    return null
  }
  /** Words in the middle of a sentence: one phrase, or a list of them. */
  const words = (text: string): string =>
    whole(text) ??
    text
      .split(', ')
      .map((word) => whole(word) ?? word)
      .join(', ')
  return (text) => {
    const said = whole(text)
    if (said === null) return text
    return /^\p{Lu}/u.test(text) ? `${said.charAt(0).toUpperCase()}${said.slice(1)}` : said
  }
}

const ownLength = (en: string): number => en.replace(HOLE, '').length

function patternOf([en, french]: Sentence): Pattern {
  const holes = [...en.matchAll(HOLE)].map(([, n = '']) => n)
  const last = holes.length - 1
  let at = -1
  const source = en
    .split(/(\{=?\d\})/)
    .map((part) => {
      if (!/^\{=?\d\}$/.test(part)) return part.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
      at += 1
      return at === last ? String.raw`([\s\S]*)` : String.raw`([\s\S]*?)`
    })
    .join('')
  return { matches: new RegExp(`^${source}$`), holes, french }
}
