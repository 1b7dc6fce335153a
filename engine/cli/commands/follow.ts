import { setTimeout as wait } from 'node:timers/promises'
import { evolve, initialState } from '../../machine/evolve.ts'
import { readRecord, type RunRecord } from '../../local/record.ts'
import { factLine } from '../../report/json.ts'
import { runSummary } from '../../report/run-summary.ts'
import type { State } from '../../model/fact.ts'
import { openPlain, type PlainFace } from '../../terminal/plain.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { explain, say, write } from '../output.ts'
import { inLanguageOf, openPlace, recordOf, tellAltered } from '../place.ts'

/** How often the journal is looked at. */
const LOOK_MS = 250

/** `follow RUN`: a run's facts as they come, read-only; ends when its process does, with 1 where that died before the run's end. */
export async function command({ args, given }: Call): Promise<number> {
  const here = await openPlace(given)
  const first = recordOf(args[0] ?? '', here)
  const place = inLanguageOf(here, given, first.plan.runbook.lang)
  const face = openPlain({
    words: place.words,
    write: (text) => write(1, text),
    now: () => new Date(),
    quiet: given.quiet === true,
  })
  let state = initialState()
  let seen = 0
  let last = first
  for (let record: RunRecord | null = first, isLast = false; record !== null; record = readRecord(place.runs, first.runId)) {
    for (const fact of record.facts.slice(seen)) {
      state = evolve(state, fact)
      show(face, { fact, record, state, json: place.json })
    }
    seen = record.facts.length
    last = record
    // What was written between the last look and the end of the process is shown too.
    if (isLast && !record.live) break
    isLast = !record.live
    if (!isLast) await wait(LOOK_MS)
  }
  if (last.firstBad !== null) tellAltered(last, place.words)
  else if (runSummary(last.facts).result !== null) return EXIT.passed
  else if (place.json) explain(place.words.cli.diedRun(first.runId))
  else say(place.words.cli.diedRun(first.runId))
  return EXIT.failed
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
