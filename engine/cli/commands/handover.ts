import { visible, visibleLine } from '../../language/control.ts'
import { foldOf } from '../../local/resume-run.ts'
import { showJson } from '../../report/json.ts'
import { returningScreen } from '../../terminal/returning-screen.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say } from '../output.ts'
import { openPlace, recordOf } from '../place.ts'
import { tellRun } from '../tell-run.ts'

/** `handover RUN`: where a run is, its notes and values without secrets, the next step. `--to NAME` puts the new operator into the journal. */
export async function command({ args, given }: Call): Promise<number> {
  const place = await openPlace(given)
  const record = recordOf(args[0] ?? '', place)
  const { plan, facts, runId, live } = record
  const state = foldOf(facts)
  const values = Object.entries(state.captured).map(([name, value]) => ({ name, text: 'ref' in value ? '•••' : value.text }))
  const json = showJson({ runId, plan, facts, live })
  const last = facts.at(-1)
  if (place.json) say(JSON.stringify({ ...json, values, next: nextOf(record.plan.parts, json.steps) }))
  else {
    const { cli } = place.words
    const agoMs = last === undefined ? 0 : Math.max(0, Date.now() - Date.parse(last.at))
    const screen = returningScreen(
      { words: place.words, width: 80, ascii: false },
      { plan, state, extra: { runId, agoMs, killed: false, nowMs: (last?.ms ?? 0) + agoMs } },
    )
    say(
      [
        ...screen,
        ...(values.length === 0 ? [] : [cli.values, ...values.map(({ name, text }) => `  ${name}  ${visibleLine(text)}`)]),
        ...(json.notes.length === 0
          ? []
          : [cli.notes, ...json.notes.map(({ at, by, text }) => `  ${at.slice(11, 19)} ${by}: ${visible(text)}`)]),
        '',
        cli.takeOver(runId),
      ].join('\n'),
    )
  }
  return given.to === undefined ? EXIT.passed : tellRun(record, { say: 'hand-over', to: given.to }, { given, place })
}

/** The first step of the procedure that nothing has been recorded of. */
function nextOf(
  parts: readonly { readonly id: string; readonly title: string }[],
  steps: readonly { readonly id: string }[],
): string | null {
  const seen = new Set(steps.map(({ id }) => id.replace(/[[@].*$/s, '')))
  return parts.find(({ id }) => ![...seen].some((step) => step === id || step.startsWith(`${id}-`)))?.title ?? null
}
