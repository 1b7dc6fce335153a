import { basename } from 'node:path'
import { visibleLine } from '../language/control.ts'
import type { RunRecord } from '../local/record.ts'
import { runJson, type RunJson } from '../report/json.ts'
import { resultText } from '../report/row.ts'
import { runSummary, type RunSummary } from '../report/run-summary.ts'
import { took } from '../words/took.ts'
import type { Place } from './place.ts'

/** A run's line in a list. */
export function runRow(record: RunRecord, { words }: Pick<Place, 'words'>): readonly string[] {
  const json = runJsonOf(record)
  const summary = runSummary(record.facts)
  const drill = summary.settings?.drill ?? record.plan.drill
  const isCut = record.firstBad !== null && summary.result === null
  const { failedStep } = json
  const result = isCut ? words.cli.alteredNow : json.result === null ? words.cli.live : resultText({ ...json, failedStep }, words)
  return [
    json.run,
    result,
    basename(json.runbook),
    [json.environment, drill === null ? '' : words.drill(drill)].filter((text) => text !== '').join(', ') || words.none,
    `${json.startedAt.slice(0, 10)} ${json.startedAt.slice(11, 16)}`,
    tookOf(record, summary) ?? words.none,
    json.operator,
  ].map(visibleLine)
}

/** Until its end, until now while it lives; how long one went on whose process died is not known. */
function tookOf({ live }: RunRecord, { result, startedAt, durationMs }: RunSummary): string | null {
  if (result !== null) return took(durationMs)
  return live ? took(Math.max(0, Date.now() - Date.parse(startedAt))) : null
}

/** A run as `runs --json` has it; how one ended whose journal is altered is not known. */
export function runJsonOf({ runId, plan, facts, live, firstBad }: RunRecord): RunJson {
  const json = runJson({ runId, plan, facts, live })
  return firstBad !== null && json.result === 'aborted' ? { ...json, result: null } : json
}
