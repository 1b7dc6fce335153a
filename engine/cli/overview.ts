import { dirname, join } from 'node:path'
import { locateHistory } from '../document/history-locate.ts'
import { readRows } from '../document/history-read.ts'
import { decodeRunbook } from '../document/parse.ts'
import type { Plan } from '../model/plan.ts'
import type { OverviewExtra } from '../terminal/overview-screen.ts'
import type { Words } from '../words/words.ts'
import { readNow } from '../workspace/text-file.ts'
import { changedSince, type Changes } from './changed-since.ts'
import { type EarlierRun, earlierRuns, isGreen } from './earlier-runs.ts'
import { looksOf, type Look } from './look-here.ts'
import type { Prepared } from './prepare.ts'
import { type Commit, commitOfRow, lastCommitOf } from './run-git.ts'

const DAY_MS = 86_400_000

/** What the first screen says beside the plan: earlier runs, what changed since, the way back, what is missing here. Runs nothing of the runbook's. */
export async function overviewOf(prepared: Prepared, plan: Plan, notes: readonly string[]): Promise<OverviewExtra> {
  const { path, source, words, runs } = prepared
  const earlier = earlierRuns(runs, path, readRows(source))
  const last = earlier.findLast(({ passed }) => passed)
  const durations = earlier.flatMap(({ passed, tookMs }) => (passed && tookMs !== null ? [tookMs] : [])).toSorted((a, b) => a - b)
  const middle = durations[Math.floor(durations.length / 2)]
  const place = locateHistory(source)
  return {
    lastGreen: await lastGreenText(earlier, { path, words, environment: plan.environment }),
    measured: middle === undefined ? null : { ms: middle, runs: durations.length },
    changed: last === undefined ? null : await changedText(last, prepared, plan),
    wayBack: wayBackOf(prepared),
    missing: looksOf(prepared, plan).flatMap((look) => (look.here ? [] : [missingText(look, words)])),
    notes: [...notes, ...(place.ok && place.where === 'none' ? [words.cli.sectionAdded] : [])],
  }
}

/** Who, when, where and in which commit it last passed; else in plain words that it never did. Null: it never ran. */
async function lastGreenText(
  earlier: readonly EarlierRun[],
  { path, words, environment }: { readonly path: string; readonly words: Words; readonly environment: string },
): Promise<string | null> {
  const { overview } = words
  const newest = earlier.at(-1)
  if (newest === undefined) return null
  const last = earlier.findLast(({ passed }) => passed)
  const here = earlier.filter((run) => run.environment === environment)
  const elsewhere =
    environment === '' || here.some(({ passed }) => passed)
      ? []
      : [here.length === 0 ? overview.neverRunIn(environment) : overview.neverIn(environment)]
  if (last === undefined) return [overview.neverGreenOf(earlier.length, newest.result, newest.date), ...elsewhere].join(' · ')
  const commit = await commitOfRow(path, last.run)
  const days = Math.floor(
    (Date.now() - Date.parse(`${last.date.replace(' ', 'T')}${last.date.length > 10 ? ':00Z' : ''}`)) / DAY_MS,
  )
  const where = [last.where, last.operator, commit?.id ?? ''].filter((text) => text !== '').join(', ')
  const said = [last.date, where].filter((text) => text !== '').join(' ')
  return [`${said}${Number.isFinite(days) ? `, ${overview.age(days)}` : ''}`, ...elsewhere].join(' · ')
}

async function changedText(last: EarlierRun, { path, source, runs, words }: Prepared, plan: Plan): Promise<string | null> {
  const changes = await changedSince(last, { plan, path, source, runs })
  if (changes === null || changes.steps.length + changes.gone.length === 0) return null
  return words.overview.changedSteps(listed(changes, words), commitText(await lastCommitOf(path), last, words))
}

function listed({ steps, gone }: Changes, { overview }: Words): string {
  return [
    ...(steps.length === 0 ? [] : [overview.steps(steps.join(', '), steps.length)]),
    ...(gone.length === 0 ? [] : [overview.gone(gone.join(', '))]),
  ].join('; ')
}

/** The commit that changed it, where there is one since that run. */
function commitText(commit: Commit | null, last: EarlierRun, { overview }: Words): string {
  if (commit === null || commit.at.toISOString().slice(0, 10) < last.date.slice(0, 10)) return overview.notCommitted
  return `${commit.id}, ${overview.age(Math.floor((Date.now() - commit.at.getTime()) / DAY_MS))}`
}

/** The runbook that the *Rollback* section links to, with its own last green run. */
function wayBackOf({ path, words, runbook }: Prepared): string | null {
  const headings = runbook?.headings ?? []
  const isRollback = (line: number): boolean => headings.findLast(({ place }) => place.line <= line)?.section === 'rollback'
  const link = runbook?.links.find(({ url, place }) => /^[^:#?]+\.(?:md|markdown)(?:[?#]|$)/i.test(url) && isRollback(place.line))
  if (link === undefined) return null
  const target = link.url.replace(/[?#].*$/s, '')
  try {
    const bytes = readNow(join(dirname(path), target))
    const decoded = bytes === null ? null : decodeRunbook(bytes)
    const last = decoded?.ok === true ? readRows(decoded.source).findLast(isGreen) : undefined
    return `${target}, ${last === undefined ? words.overview.neverGreen : words.overview.greenOn((last.cells['date'] ?? '').slice(0, 10))}`
  } catch {
    return words.overview.notThere(target)
  }
}

/** What is missing, in a line: `aws, not on PATH (step 6)`. */
export function missingText({ name, what, hint, steps }: Look, { overview }: Words): string {
  const at = steps.join(', ')
  return what === 'tool' && hint === 'PATH' ? overview.notOnPath(name, at) : overview.lacks(name, hint, at)
}
