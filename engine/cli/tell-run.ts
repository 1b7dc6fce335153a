import { openJournal } from '../journal/journal.ts'
import { readJournal, repairJournal } from '../journal/read.ts'
import { machineClock } from '../local/clock.ts'
import { post } from '../local/mailbox.ts'
import type { RunRecord } from '../local/record.ts'
import { lockRun } from '../local/run-lock.ts'
import { foldOf } from '../local/resume-run.ts'
import { keepSecrets } from '../local/secrets-of.ts'
import { accepts } from '../machine/accepts.ts'
import type { Message, Who } from '../model/fact.ts'
import { EXIT } from './exit.ts'
import type { Given } from './flags.ts'
import { operatorOf } from './operator.ts'
import { say } from './output.ts'
import type { Place } from './place.ts'
import { tellProblems, usageProblem } from './problems-out.ts'
import { tellLocked } from './tell-end.ts'

/** Says something to a run from another terminal: to its process while it lives, else into its record, where that may still be. */
export async function tellRun(
  record: RunRecord,
  message: Message,
  { given, place, quietly = false }: { readonly given: Given; readonly place: Place; readonly quietly?: boolean },
): Promise<number> {
  const { words, json } = place
  const by = operatorOf(given, 'attended', place.root)
  const refuse = (reason: string): number => {
    tellProblems([usageProblem({ rule: 'not-accepted', reason, actual: record.runId })], { json, words })
    return EXIT.usage
  }
  const state = foldOf(record.facts)
  const why = accepts(record.plan, state, message, by)
  if (why === 'ended' && state.ended?.result === 'waiting') return refuse(words.people.isWaiting(record.runId))
  if (why !== null) return refuse(words.cli.approveNot(why === 'ended' ? words.people.refused.ended() : why))
  if (record.live) {
    post(record.folder, { message, by })
    if (!quietly) say(json ? JSON.stringify({ run: record.runId, told: message.say }) : words.cli.posted(record.runId))
    return EXIT.passed
  }
  const isLate = message.say === 'note' || message.say === 'hand-over'
  if (!isLate) return refuse(words.people.notRunning(record.runId))
  return appendLate(record, message, { by, place, quietly })
}

/** Puts a message into the record of a run that nobody goes on with now. */
export async function appendLate(
  record: RunRecord,
  message: Message,
  { by, place, quietly = false }: { readonly by: Who; readonly place: Place; readonly quietly?: boolean },
): Promise<number> {
  const { folder, runId, origin, plan } = record
  const locked = await lockRun({
    folder: origin.locks,
    file: origin.file,
    environment: plan.environment,
    run: runId,
    operator: by.name,
    takeOver: null,
  })
  if (!locked.ok) return tellLocked(locked, place)
  try {
    repairJournal(folder)
    const { facts, head } = readJournal(folder)
    const last = facts.at(-1)
    const secrets = keepSecrets([], place.project.policy.redact)
    const journal = openJournal({
      folder,
      run: runId,
      redact: (fact) => secrets.redactor().json(fact),
      clock: machineClock,
      after: last === undefined ? null : { seq: last.seq, hash: head, ms: last.ms, at: last.at },
    })
    journal.append({ type: 'heard', message, by })
    journal.close()
  } finally {
    locked.lock.release()
  }
  if (!quietly) say(place.json ? JSON.stringify({ run: runId, recorded: message.say }) : place.words.cli.recorded(runId))
  return EXIT.passed
}
