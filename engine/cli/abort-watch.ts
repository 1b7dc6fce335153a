import { readFileSync, statSync } from 'node:fs'
import type { AbortWatch } from '../local/record.ts'
import type { DrTest } from '../model/schedule.ts'
import { type AbortIf, judgeAbortIf } from '../report/abort-if.ts'
import { looksSecret } from '../secrets/names.ts'
import { readDotenv } from '../workspace/dotenv.ts'
import { pathOf, type Programme } from './dr-evidence.ts'
import type { Watch } from './time-box.ts'

/** Values that are older say nothing of now. */
const MAX_AGE_MS = 5 * 60_000
const EVERY_MS = 2000
/** A file that is being written anew is bridged by so many looks. */
const LOOKS = 3

/** The condition of a test that names a file of values; null: it is looked at before the start only. */
export function abortWatchOf({ abortIf, abortValues }: DrTest, programme: Programme): AbortWatch | null {
  return abortIf === null || abortValues === null ? null : { text: abortIf, file: pathOf(abortValues, programme) ?? abortValues }
}

/** Judges it by the variables of the call and by the values of the file, which come first; a file that cannot be read leaves it open. */
export function judgeAbort(text: string, file: string | null): AbortIf {
  const read = file === null ? { ok: true as const, values: {} } : readValues(file)
  if (!read.ok) return { status: 'not-known', reason: read.reason }
  // It is shown and recorded, so it is nothing that looks like a secret.
  const all = Object.entries({ ...process.env, ...read.values }).filter(([name]) => !looksSecret(name))
  return judgeAbortIf(text, Object.fromEntries(all))
}

function readValues(
  file: string,
): { readonly ok: true; readonly values: Readonly<Record<string, string>> } | { readonly ok: false; readonly reason: string } {
  try {
    const ageMs = Date.now() - statSync(file).mtimeMs
    if (ageMs > MAX_AGE_MS) return { ok: false, reason: `${file} is ${Math.round(ageMs / 60_000)} min old` }
    const { values, problems } = readDotenv(file, readFileSync(file, 'utf8'))
    const [problem] = problems
    return problem === undefined ? { ok: true, values } : { ok: false, reason: `${file}: ${problem.reason}` }
  } catch (error) {
    return { ok: false, reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
}

/** While the run goes on: stops it as `reprise stop` does once the condition holds, or can no longer be told. */
export function watchAbort({ text, file }: AbortWatch): Watch {
  return ({ face, interrupts, words }) => {
    let open = 0
    const look = (): void => {
      const judged = judgeAbort(text, file)
      open = judged.status === 'not-known' ? open + 1 : 0
      if (judged.status === 'does-not-hold' || (judged.status === 'not-known' && open < LOOKS)) return
      clearInterval(timer)
      const reason =
        judged.status === 'not-known' ? words.dr.abortLost(text, judged.reason) : words.dr.abortStops(text, judged.with)
      face.warn(reason)
      // Every report shows notes; a stop's own reason is in the journal only.
      interrupts.say({ say: 'note', text: reason, step: null })
      interrupts.say({ say: 'stop', reason })
    }
    const timer = setInterval(look, EVERY_MS).unref()
    return { stop: () => clearInterval(timer) }
  }
}
