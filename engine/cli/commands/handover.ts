import { foldOf } from '../../local/resume-run.ts'
import type { Message } from '../../model/fact.ts'
import { capturedValues, handoverMarkdown, nextStep } from '../../report/handover.ts'
import { showJson } from '../../report/json.ts'
import { returningScreen } from '../../terminal/returning-screen.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say } from '../output.ts'
import { inLanguageOf, openPlace, recordOf } from '../place.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { tellRun } from '../tell-run.ts'

/** `handover RUN`: where a run is, its notes and values without secrets, the next step. `--to NAME` puts the new operator into the journal. */
export async function command({ args, given }: Call): Promise<number> {
  const here = await openPlace(given)
  const record = recordOf(args[0] ?? '', here)
  const place = inLanguageOf(here, given, record.plan.runbook.lang)
  if (given.to?.trim() === '') {
    const reason = 'Unexpected empty --to, expected the name of who goes on'
    tellProblems([usageProblem({ rule: 'handover', reason })], place)
    return EXIT.usage
  }
  const { plan, facts, runId, live } = record
  const state = foldOf(facts)
  if (place.json) {
    const json = showJson({ runId, plan, facts, live })
    say(JSON.stringify({ ...json, values: capturedValues(state), next: nextStep({ plan, facts }) }))
  } else {
    const agoMs = Math.max(0, Date.now() - Date.parse(facts.at(-1)?.at ?? ''))
    const extra = { runId, agoMs, killed: false, nowMs: (facts.at(-1)?.ms ?? 0) + agoMs }
    const { words } = place
    const standing = returningScreen({ words, width: 76, ascii: false }, { plan, state, extra }).slice(2)
    while (standing.at(-1) === '') standing.pop()
    say(handoverMarkdown({ runId, plan, facts, state, live, standing }, words))
  }
  if (given.to === undefined) return EXIT.passed
  // After its end, a record takes notes only; who goes on is told by the resume.
  const message: Message =
    live || state.ended === null
      ? { say: 'hand-over', to: given.to }
      : { say: 'note', text: place.words.people.handedTo(given.to), step: null }
  return tellRun(record, message, { given, place, quietly: place.json })
}
