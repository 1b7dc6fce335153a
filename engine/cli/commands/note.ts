import { foldOf } from '../../local/resume-run.ts'
import type { State } from '../../model/fact.ts'
import type { Call } from '../command-table.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellRun } from '../tell-run.ts'

/** `note RUN TEXT`: puts a note into a run at the step where it stands (or `--step`), also after its end. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const record = recordOf(args[0] ?? '', place)
  const step = given.step ?? (record.live ? stepNow(foldOf(record.facts)) : null)
  return tellRun(record, { say: 'note', text: args[1] ?? '', step }, { given, place })
}

/** What is under way, or asked about, now. */
function stepNow({ open }: State): string | null {
  return Object.values(open).findLast(({ step }) => step !== null)?.step ?? null
}
