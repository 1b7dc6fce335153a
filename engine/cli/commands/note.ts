import type { Call } from '../command-table.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellRun } from '../tell-run.ts'

/** `note RUN TEXT`: puts a note into a run, also after its end. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const record = recordOf(args[0] ?? '', place)
  return tellRun(record, { say: 'note', text: args[1] ?? '', step: given.step ?? null }, { given, place })
}
