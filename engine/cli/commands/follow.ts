import { setTimeout as wait } from 'node:timers/promises'
import { evolve, initialState } from '../../machine/evolve.ts'
import { readRecord, type RunRecord } from '../../local/record.ts'
import { factLine } from '../../report/json.ts'
import type { State } from '../../model/fact.ts'
import { openPlain, type PlainFace } from '../../terminal/plain.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say, write } from '../output.ts'
import { openPlace, recordOf } from '../place.ts'

/** How often the journal is looked at. */
const LOOK_MS = 250

/** `follow RUN`: a run's facts as they come, read-only; ends when its process does. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const first = recordOf(args[0] ?? '', place)
  const face = openPlain({
    words: place.words,
    write: (text) => write(1, text),
    now: () => new Date(),
    quiet: given.quiet === true,
  })
  let state = initialState()
  let seen = 0
  for (let record: RunRecord | null = first, isLast = false; record !== null; record = readRecord(place.runs, first.runId)) {
    for (const fact of record.facts.slice(seen)) {
      state = evolve(state, fact)
      show(face, { fact, record, state, json: place.json })
    }
    seen = record.facts.length
    // What was written between the last look and the end of the process is shown too.
    if (isLast) break
    isLast = !record.live
    if (!isLast) await wait(LOOK_MS)
  }
  return EXIT.passed
}

function show(
  face: PlainFace,
  {
    fact,
    record,
    state,
    json,
  }: { readonly fact: RunRecord['facts'][number]; readonly record: RunRecord; readonly state: State; readonly json: boolean },
): void {
  if (json) {
    say(factLine(fact))
    return
  }
  face.fact(fact, record.plan, state)
  if (fact.type === 'step-ended') face.output(fact.key, fact.outcome.tail)
}
