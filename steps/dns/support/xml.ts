/** An element of an XML document; comments, processing instructions and attributes are left out. */
export interface Element {
  readonly name: string
  readonly children: readonly Element[]
  /** The text in it, of all its parts. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly children: Element[]
  text: string
}

const TAG = /<(?:\?[\s\S]*?\?|!--[\s\S]*?--|(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/y

/** Reads a small document; null where it is none. Entities of its own (DOCTYPE) are none here. */
export function parseXml(text: string): Element | null {
  const root: Open = { name: '', children: [], text: '' }
  const open: Open[] = [root]
  for (let at = 0; at < text.length;) {
    const top = open.at(-1) ?? root
    if (text[at] !== '<') {
      const next = text.indexOf('<', at)
      const end = next < 0 ? text.length : next
      top.text += decoded(text.slice(at, end))
      at = end
      continue
    }
    TAG.lastIndex = at
    const [whole = '', closing, name, , empty] = TAG.exec(text) ?? []
    if (whole === '') return null
    at += whole.length
    if (name === undefined) continue
    if (closing === '/') {
      if (open.length < 2 || top.name !== name) return null
      open.pop()
    } else {
      const element: Open = { name, children: [], text: '' }
      top.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  return open.length === 1 && root.children.length === 1 && root.text.trim() === '' ? (root.children[0] ?? null) : null
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decoded(text: string): string {
  return text.replace(/&(?:#x([\dA-Fa-f]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
  })
}

/** The elements that a path of names leads to. */
export function allAt(element: Element, ...path: readonly string[]): readonly Element[] {
  return path.reduce<readonly Element[]>(
    (found, name) => found.flatMap(({ children }) => children.filter((one) => one.name === name)),
    [element],
  )
}

/** The text of the first of them; empty where there is none. */
export const textAt = (element: Element, ...path: readonly string[]): string => allAt(element, ...path)[0]?.text.trim() ?? ''

/** Text as it stands in an element. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => `&${Object.keys(NAMED).find((name) => NAMED[name] === one) ?? ''};`)
