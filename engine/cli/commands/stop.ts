import type { Call } from '../command-table.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellRun } from '../tell-run.ts'

/** `stop RUN`: asks a run to end, as Ctrl-C at its terminal does. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const record = recordOf(args[0] ?? '', place)
  return tellRun(record, { say: 'stop', reason: given.reason ?? '' }, { given, place })
}
