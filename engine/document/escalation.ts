import { fold } from '../language/fold.ts'
import type { Escalation } from '../model/runbook.ts'
import { plainText, walk } from './nodes.ts'
import type { RootContent } from './nodes.ts'
import { proseDuration } from './prose-duration.ts'
import type { Reading } from './reading.ts'
import { textOf } from './text.ts'

const words: Readonly<Record<string, number>> = {
  un: 1,
  une: 1,
  one: 1,
  two: 2,
  deux: 2,
  three: 3,
  trois: 3,
  four: 4,
  quatre: 4,
  five: 5,
  cinq: 5,
}

/** Reads the escalation section: its limits ("after 3 attempts", "après 30 minutes") and its bullets, the contacts. */
export function readEscalation(reading: Reading, nodes: readonly RootContent[]): Escalation {
  const text = textOf(reading, nodes)
  const plain = fold(nodes.map(plainText).join('\n').replace(/\s+/g, ' '))
  const attempts = /(?:apres|after)\s+(\d+|[a-z]+)\s+(?:tentatives?|essais?|echecs?|attempts?|tries|failures?)\b/.exec(plain)?.[1]
  const elapsed = [...plain.matchAll(/(?:apres|after|ou|or)\s+(\d+(?:[.,]\d+)?\s*[a-z]+(?:\s*\d+\s*[a-z]+)?)\b/g)]
  const after = elapsed
    .map(([, one = '']) => proseDuration(one) ?? proseDuration(/^\d+\s*[a-z]+/.exec(one)?.[0] ?? ''))
    .find((ms) => ms !== null)
  const contacts: string[] = []
  for (const node of nodes)
    walk(node, (one) => {
      if (one.type === 'listItem' && one.children[0] !== undefined)
        contacts.push(plainText(one.children[0]).replace(/\s+/g, ' ').trim())
    })
  const count = attempts === undefined ? Number.NaN : (words[attempts] ?? Number(attempts))
  return { attempts: Number.isNaN(count) ? null : count, afterMs: after ?? null, contacts, text }
}
