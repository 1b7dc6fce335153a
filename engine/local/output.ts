import { readShell } from '../language/shell.ts'
import type { Carried } from '../journal/carry-store.ts'
import type { Execution, Outcome } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { isSecretName } from './carry.ts'
import type { Hands } from './hands.ts'
import { type KeptLog, openOutputLog, type OutputLog } from './output-log.ts'
import { outputName } from './output-name.ts'
import { hostFor } from './start-block.ts'

/** So much output of a block that makes a secret is held back until the secret is known; more is dropped, and counted. */
const HELD_BYTES = 4 * 1024 * 1024

/** Where the output of a block goes: to its file, and to whoever watches. */
export interface Output {
  readonly write: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
  /** A further poll: what the last one said is no longer held. */
  nextTry(n: number): void
  /** `seen`: what the block's variables were at its end, as far as it is known. */
  end(seen: Readonly<Record<string, string>>): Pick<KeptLog, 'tail' | 'lost'> & { readonly log?: NonNullable<Outcome['log']> }
}

/** A step that failed anyway has its own cause. */
export const withoutLost = ({ lost: _lost, ...kept }: ReturnType<Output['end']>): Omit<ReturnType<Output['end']>, 'lost'> => kept

/** The log of a block. One that captures a secret, or assigns one, is held back until the secret can be redacted from it. */
export function openOutput(
  execution: Execution,
  { entry, carried, hands }: { readonly entry: PlanEntry; readonly carried: Carried | null; readonly hands: Hands },
): Output {
  const open = (): OutputLog =>
    openOutputLog({
      folder: `${hands.folder}/output`,
      name: outputName(execution),
      redactor: () => hands.secrets.redactor(),
      watch: (text) => hands.face.output(execution.key, text),
    })
  const host = hostFor(execution, entry, hands)
  const finish = (log: OutputLog): ReturnType<Output['end']> => {
    const { tail, log: file, lost } = log.end()
    return { tail, lost, ...(file === undefined ? {} : { log: host === null ? file : { ...file, host } }) }
  }
  const captures = entry.captures.some(({ type }) => type === 'secret')
  const mayMake = (execution.text.match(/[A-Za-z_]\w*/g) ?? []).some((word) => isSecretName(word, hands))
  const made = mayMake ? namesIn(execution.text).filter((name) => isSecretName(name, hands)) : []
  if (!captures && made.length === 0) {
    const log = open()
    return { write: (stream, bytes) => log.write(stream, bytes), nextTry: () => undefined, end: () => finish(log) }
  }
  let held: { readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }[] = []
  let size = 0
  return {
    write(stream, bytes) {
      size += bytes.length
      if (size <= HELD_BYTES) held.push({ stream, bytes: Uint8Array.from(bytes) })
    },
    nextTry() {
      held = []
      size = 0
    },
    end(seen) {
      const log = open()
      // A block that failed may have printed half a secret that nobody knows: only its errors are kept. What was there before, and is there as it was, is known.
      const given = new Set([...hands.plan.params.map(({ name }) => name), ...Object.keys(carried?.vars ?? {})])
      const gone = made.filter((name) => !Object.hasOwn(seen, name) && !given.has(name))
      const isKnown = gone.length === 0 && (!captures || hands.secrets.knows(`run:${execution.task}/`))
      let left = size
      for (const { stream, bytes } of held) {
        if (!isKnown && stream !== 'stderr') continue
        log.write(stream, bytes)
        left -= bytes.length
      }
      if (left > 0 && !captures) log.line(`… ${left} bytes … ${gone.map((name) => `${name}=•••`).join(' ')}`.trimEnd())
      return finish(log)
    },
  }
}

/** Names that a script assigns, as far as its text says; of one that does not parse, whatever looks like it. */
function namesIn(script: string): readonly string[] {
  const { ok, assigns } = readShell(script)
  const names = ok ? assigns.map(({ name }) => name) : [...script.matchAll(/\b([A-Za-z_]\w*)\+?=/g)].map(([, name = '']) => name)
  return [...new Set(names)]
}
