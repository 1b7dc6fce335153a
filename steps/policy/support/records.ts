import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A run's record, as far as a policy looks at it. */
export interface RunRecord {
  readonly id: string
  /** The runbook's id and its file's name, folded. */
  readonly runbooks: readonly string[]
  /** `passed`, `failed` …; `open` while it has not ended. */
  readonly result: string
  readonly endedAt: string
  /** Steps that were only shown, in a drill. */
  readonly simulated: number
}

const RUN_ID = /^r-\d{6}-[a-z2-7]{4}$/

/** Names are alike without case, `_` and `-` being one. */
export const folded = (name: string): string => name.toLowerCase().replaceAll('_', '-')

/** Every record in a folder of runs that can be read; null where there is no such folder. */
export async function readRecords(folder: string): Promise<readonly RunRecord[] | null> {
  const names = await readdir(folder).catch(() => null)
  if (names === null) return null
  const all = await Promise.all(names.filter((name) => RUN_ID.test(name)).map(async (id) => readRecord(join(folder, id), id)))
  return all.filter((record) => record !== null).toSorted((one, other) => (one.endedAt < other.endedAt ? -1 : 1))
}

interface Fact {
  readonly type: string
  readonly at: string
  readonly result?: string
  readonly how?: string
}

async function readRecord(folder: string, id: string): Promise<RunRecord | null> {
  try {
    const [plan, journal] = await Promise.all([
      readFile(join(folder, 'plan.json'), 'utf8'),
      readFile(join(folder, 'journal.jsonl'), 'utf8'),
    ])
    const { runbook } = JSON.parse(plan) as { readonly runbook: { readonly id: string; readonly file: string } }
    const facts = journal
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fact)
    const ended = facts.findLastIndex(({ type }) => type === 'run-ended')
    const isOpen = ended === -1 || facts.slice(ended).some(({ type }) => type === 'run-resumed')
    const stem = runbook.file.replace(/^.*\//, '').replace(/(?:\.[a-z]{2})?\.md$/, '')
    return {
      id,
      runbooks: [folded(runbook.id), folded(stem)],
      result: isOpen ? 'open' : (facts[ended]?.result ?? ''),
      endedAt: (isOpen ? facts.at(-1) : facts[ended])?.at ?? '',
      simulated: facts.filter(({ type, how }) => type === 'step-settled' && how === 'simulated').length,
    }
  } catch {
    return null
  }
}

/** Says whether a prerequisite is proven: by the run that is named, or by the newest run of the runbook that is named. */
export function proofOf(
  prerequisite: string,
  pointer: string,
  records: readonly RunRecord[],
): { readonly ok: true; readonly run: string } | { readonly ok: false; readonly reason: string } {
  const no = (reason: string): { readonly ok: false; readonly reason: string } => ({
    ok: false,
    reason: `${prerequisite}: ${reason}`,
  })
  const found = RUN_ID.test(pointer)
    ? records.find(({ id }) => id === pointer)
    : records.findLast(({ runbooks }) => runbooks.includes(folded(pointer.replace(/^.*\//, '').replace(/\.md$/, ''))))
  if (found === undefined)
    return no(RUN_ID.test(pointer) ? `there is no record of ${pointer}` : `no run of ${pointer} is recorded`)
  if (found.result !== 'passed') return no(`${found.id} is ${found.result}`)
  if (found.simulated > 0) return no(`${found.id} only simulated ${found.simulated} ${found.simulated === 1 ? 'step' : 'steps'}`)
  return { ok: true, run: found.id }
}
