import { enCount as s } from './count.ts'
import { limit } from './took.ts'
/** The programme of DR tests, in English. */
export const enDr = {
  dr: {
    columns: { test: 'Test', state: 'State', last: 'Last' },
    days: (n: number) => `${n}d`,
    states: {
      overdue: (day: string, days: number) => `overdue since ${day} (${days}d)`,
      failed: (day: string, days: number) => `failed, re-test by ${day} (${days}d)`,
      neverRun: (day: string, days: number) => `never run, due ${day} (${days}d)`,
      due: (day: string) => `due, run it today (due ${day})`,
      soon: (day: string, days: number) => `due soon, by ${day} (${days}d)`,
      planned: (day: string, days: number) => `planned, due ${day} (${days}d)`,
      waived: (day: string, by: string) => `waived until ${day} by ${by}`,
    },
    counts: {
      overdue: (n: number) => `${n} overdue`,
      failed: (n: number) => `${n} failed`,
      'never-run': (n: number) => `${n} never run`,
      due: (n: number) => `${n} due`,
      'due-soon': (n: number) => `${n} due soon`,
    },
    goesOn: 'goes on',
    notCounted: (run: string, why: string) => `${run} does not count: ${why}`,
    why: {
      environment: (is: string, wanted: string) => `it ran in ${is}, the schedule says ${wanted}`,
      level: (is: string, wanted: string) => `its level was ${is}, the schedule asks for ${wanted} or more`,
      'from-step': 'it began further on',
      edited: 'what ran was edited on the way',
      'skipped-proof': 'a validation was skipped',
      'checks-only': 'nothing that changes was executed',
      'no-record': 'only its row is here, and it was no drill',
      'follow-up': 'what must follow it has not passed',
    },
    changed: (run: string) => `changed since ${run}: a success is owed for the runbook as it is now`,
    rto: (text: string, target: string, verdict: string) => `RTO ${text} (target ${target}): ${verdict}`,
    verdicts: {
      met: 'met',
      missed: 'missed',
      measured: 'no target',
      'not-measured': 'not measured',
      simulated: 'steps were simulated, so it is not met',
    },
    runBy: (day: string, due: string, why: string) => `due ${due}, ${why}: run it by ${day}`,
    noDayLeft: (due: string, why: string) => `no free day is left until ${due}: ${why}`,
    window: 'outside its window',
    leftovers: (run: string, steps: string) =>
      `Unexpected start of a drill: ${run} left its clean-up undone (${steps}); clean up with reprise resume ${run}, or say why not: --override leftovers --reason TEXT`,
    cleanUp: (run: string, steps: string) => `the clean-up of ${run} is still to do (${steps}): reprise resume ${run}`,
    cleanUpLeft: (steps: string) => `Clean-up still to do: ${steps}.`,
    timeBoxSoon: (ms: number) => `Four fifths of the time-box of ${limit(ms)} are over.`,
    timeBoxOver: (ms: number) => `The time-box of ${limit(ms)} is over: go on, or stop.`,
    noteTest: (test: string) => `DR test ${test}`,
    runbookGone: (files: string) => `Unexpected runbook ${files}: nothing is there`,
    inBlackout: (why: string, free: string) =>
      `Unexpected start in a blackout (${why}); the next free day is ${free}, or say why not: --override blackout --reason TEXT`,
    outsideWindow: (zone: string, free: string) =>
      `Unexpected start outside the window of the test (${zone}); the next day of it is ${free}, or say why not: --override window --reason TEXT`,
    isAuthor: (name: string) =>
      `Unexpected operator ${name}, who last changed the runbook: expected somebody else, or --override participants --reason TEXT`,
    isLastOperator: (name: string) =>
      `Unexpected operator ${name}, who ran it the last time: expected somebody else, or --override participants --reason TEXT`,
    notAsked: (roles: string) =>
      `Unexpected start: the schedule wants approvals (${roles}) that the runbook does not ask for before its first change: write **Approval** there, or say why not: --override approvals --reason TEXT`,
    abortHolds: (text: string, values: string) =>
      `Unexpected start while abort_if holds (${text}, with ${values}): wait, or say why not: --override abort_if --reason TEXT`,
    abortNotKnown: (text: string, why: string) =>
      `Unexpected start: whether abort_if holds (${text}) cannot be told, ${why}: give its names as environment variables, or say why not: --override abort_if --reason TEXT`,
    abortOnce: (text: string) =>
      `abort_if (${text}) is looked at before the start only: watch it from here on, reprise stop RUN ends the drill, or name a file by abort_values`,
    abortStops: (text: string, values: string) => `abort_if holds (${text}, with ${values}): the drill is stopped`,
    abortLost: (text: string, why: string) =>
      `whether abort_if holds (${text}) cannot be told any more, ${why}: the drill is stopped`,
    elsewhere: (is: string, wanted: string) => `It runs in ${is}, the schedule says ${wanted}: it will not count`,
    thenLeft: (files: string) => `Not run, as what stands before it has not passed: ${files}`,
    todo: (counts: string, what: string) => `${counts}: ${what}`,
    needsRunbook: (test: string, file: string) => `give ${test} a runbook in ${file}`,
    allWell: (n: number) => `${s(n, 'test')}: nothing is due`,
    noSchedule: (file: string) =>
      `Unexpected path ${file}, expected the schedule of DR tests: nothing is there, --schedule FILE names another`,
    noTest: (test: string) => `Unexpected test ${test}, expected one of the schedule`,
  },
} as const
