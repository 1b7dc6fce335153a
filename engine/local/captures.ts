import type { Judged } from '../machine/judge.ts'
import type { Execution } from '../model/fact.ts'
import type { Value } from '../model/value.ts'
import type { Hands } from './hands.ts'

const SHORTEST_SECRET = 6

/** Takes secrets out of what was captured: declared ones by reference; one that was not declared fails the block. */
export function withoutSecrets(judged: Judged, execution: Execution, hands: Hands): Judged {
  const { captured } = judged
  if (captured === undefined) return judged
  const safe: Record<string, Value> = {}
  const failed = (text: string): Judged => ({ status: 'failed', cause: { type: 'capture', text } })
  for (const [name, value] of Object.entries(captured)) {
    if ('ref' in value) safe[name] = value
    else if (value.type === 'secret') {
      if (value.text.length < SHORTEST_SECRET) return failed(`${name}: a secret of fewer than ${SHORTEST_SECRET} characters`)
      const ref = `run:${execution.task}/${name}`
      hands.secrets.add({ name, ref, value: value.text })
      safe[name] = { type: 'secret', ref }
    } else if (hands.secrets.redactor().contains(value.text)) return failed(`${name}: it holds a secret, expected NAME:secret`)
    else safe[name] = value
  }
  return Object.keys(safe).length === 0
    ? { status: judged.status, ...(judged.cause === undefined ? {} : { cause: judged.cause }) }
    : { ...judged, captured: safe }
}
