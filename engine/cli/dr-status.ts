import { drTestJson } from '../report/dr-json.ts'
import { dueOf } from '../report/due.ts'
import { cronPeriod } from '../workspace/cron.ts'
import { evidenceFor, leftoversFor } from './dr-evidence.ts'
import { statusLines, worstFirst } from './dr-lines.ts'
import { openSchedule } from './dr-schedule.ts'
import { EXIT } from './exit.ts'
import type { Given } from './flags.ts'
import { say } from './output.ts'
import { openPlace } from './place.ts'

/** What cron and CI react to. */
const URGENT: ReadonlySet<string> = new Set(['overdue', 'failed', 'never-run', 'due'])

/** `dr status`: where each test of the programme stands. Exit code 1 when one is overdue, failed, never run or due today, or has left something to clean up. */
export async function drStatus(given: Given): Promise<number> {
  const place = await openPlace(given)
  const { schedule, programme } = await openSchedule(given, place)
  const nowMs = Date.now()
  const standings = worstFirst(
    schedule.tests.map((test) => {
      const evidence = evidenceFor(test, programme)
      const left = leftoversFor(test, programme)
      return { test, left, due: dueOf({ test, evidence, nowMs, cronPeriod }) }
    }),
  )
  if (place.json) say(JSON.stringify(standings.map(({ test, due, left }) => drTestJson(test, due, left))))
  else {
    const width = Math.max(80, process.stdout.columns || 80)
    say(statusLines(standings, { words: place.words, file: schedule.file, width }).join('\n'))
  }
  return standings.some(({ due, left }) => URGENT.has(due.state) || left.length > 0) ? EXIT.failed : EXIT.passed
}
