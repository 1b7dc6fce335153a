import type { Call } from '../command-table.ts'
import { openPlace, recordOf } from '../place.ts'
import { resumeFile } from '../resume-file.ts'

/** `rollback RUN`: undoes what a stopped or failed run really did, last in first out. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  return resumeFile(recordOf(args[0] ?? '', place), given, place, { course: 'rolling', to: given.to ?? null })
}
