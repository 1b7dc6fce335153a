import { readTitle } from '../document/headings.ts'
import { parseRunbook } from '../document/parse.ts'
import { readRecord } from '../local/record.ts'
import type { Plan } from '../model/plan.ts'
import type { EarlierRun } from './earlier-runs.ts'
import { commitOfRow, textBefore } from './run-git.ts'

/** The steps that are not what they were in a run; `gone` are those that it had and the runbook has no more. */
export interface Changes {
  /** Numbers of steps, titles of those without one. */
  readonly steps: readonly string[]
  readonly gone: readonly string[]
}

/**
 * What changed since a run: by its plan where the record is here and the environment the same, else by the text that git
 * has from before its row. Null: nobody here knows.
 */
export async function changedSince(
  run: EarlierRun,
  now: { readonly plan: Plan; readonly path: string; readonly source: string; readonly runs: string },
): Promise<Changes | null> {
  const record = readRecord(now.runs, run.run)
  if (record !== null && record.plan.environment === now.plan.environment) return byPlan(record.plan, now.plan)
  const commit = await commitOfRow(now.path, run.run)
  const before = commit === null ? null : await textBefore(now.path, commit)
  return before === null ? null : byText(before, now.source)
}

function byPlan(before: Plan, now: Plan): Changes {
  const hashes = new Map(before.steps.map(({ id, hash }) => [id, hash]))
  const steps = now.parts.flatMap(({ id, number, title }) =>
    now.steps.some((entry) => entry.part === id && hashes.get(entry.id) !== entry.hash) ? [number ?? title] : [],
  )
  const kept = new Set(now.parts.map(({ id }) => id))
  return { steps, gone: before.parts.flatMap(({ id, title }) => (kept.has(id) ? [] : [title])) }
}

function byText(before: string, now: string): Changes {
  const old = textsOf(before)
  const own = textsOf(now)
  const nameOf = (heading: string): string => readTitle(heading).number ?? readTitle(heading).title
  return {
    steps: [...own].filter(([heading, text]) => old.get(heading) !== text).map(([heading]) => nameOf(heading)),
    gone: [...old.keys()].filter((heading) => !own.has(heading)).map((heading) => readTitle(heading).title),
  }
}

const COUNTED: ReadonlySet<string | null> = new Set(['params', 'prereq', 'procedure', 'rollback', 'cleanup'])

/** What stands below each heading that a run depends on, blanks at line ends aside. */
function textsOf(source: string): ReadonlyMap<string, string> {
  const { runbook } = parseRunbook({ file: '', source })
  const lines = (runbook?.source ?? '').split(/\r\n|\n|\r/).map((line) => line.trimEnd())
  const headings = runbook?.headings ?? []
  return new Map(
    headings.flatMap(({ text, place, section }, index): [string, string][] => {
      const body = lines
        .slice(place.endLine, (headings[index + 1]?.place.line ?? lines.length + 1) - 1)
        .join('\n')
        .trim()
      return COUNTED.has(section) && body !== '' ? [[text, body]] : []
    }),
  )
}
