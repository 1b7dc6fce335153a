import { fold } from '../language/fold.ts'
import type { Located } from '../model/problem.ts'
import type { Link } from '../model/runbook.ts'
import { codesIn } from './labels.ts'
import { placeOf, plainText, walk } from './nodes.ts'
import type { Root } from './nodes.ts'
import type { Reading } from './reading.ts'

/** Every link of a document, in order; links by reference have their definition's address. */
export function readLinks(tree: Root): Link[] {
  const links: (Link & { readonly reference: string | null })[] = []
  const definitions = new Map<string, string>()
  walk(tree, (node) => {
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node.url)
    if (node.type === 'link') links.push({ url: node.url, text: plainText(node), place: placeOf(node), reference: null })
    if (node.type === 'linkReference')
      links.push({ url: '', text: plainText(node), place: placeOf(node), reference: node.identifier })
  })
  return links.flatMap(({ url, text, place, reference }) => {
    const address = reference === null ? url : definitions.get(reference)
    return address === undefined ? [] : [{ url: address, text, place }]
  })
}

/** The code of the line *Without the tool*, which sets the parameters for pasting. */
export function readWithoutTheTool(reading: Reading, tree: Root): Located<string> | null {
  let found: Located<string> | null = null
  walk(tree, (node) => {
    if (found !== null || node.type !== 'paragraph') return
    const [head] = node.children
    const text = head === undefined ? '' : plainText(head)
    if (!/^[^\p{L}]*(?:without|sans)\s/iu.test(text) || !/^(?:without the tool|sans l'outil)\s*:?/.test(fold(text))) return
    found = codesIn(reading, node)[0] ?? null
  })
  return found
}
