/* Who is told of a run: the targets of `notify`, and the bundle of an escalation. A message that does not get through is a warning. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJournal } from '../journal/read.ts'
import type { Stamped, State } from '../model/fact.ts'
import type { NotifyMoment, NotifyTarget } from '../model/notify.ts'
import type { Plan } from '../model/plan.ts'
import type { Lang } from '../model/runbook.ts'
import { runCommand } from '../process/run-command.ts'
import { escalationMarkdown } from '../report/escalation.ts'
import { resolveReference } from '../secrets/resolve.ts'
import { factSentence } from '../words/fact-sentence.ts'
import type { Words } from '../words/words.ts'
import type { Face } from './face.ts'
import type { SecretsOf } from './secrets-of.ts'

/** What of a run is told to others while it goes on. */
export interface Notices {
  fact(stamped: Stamped, state: State): void
  /** Resolves when everything has got through, or has not. */
  done(): Promise<void>
}

interface Told {
  readonly plan: Plan
  readonly folder: string
  readonly runId: string
  readonly root: string
  readonly targets: readonly NotifyTarget[]
  readonly face: Face
  readonly words: Words
  readonly secrets: SecretsOf
  readonly env: Readonly<Record<string, string | undefined>>
}

/** So long may one message take. */
const SEND_MS = 10_000
/** So much of a bundle travels in the message; all of it is in the run's folder. */
const BUNDLE = 30_000

/** Opens the telling of one sitting. */
export function openNotices(told: Told): Notices {
  const under = new Set<Promise<void>>()
  return {
    fact(stamped, state) {
      const moment = momentOf(stamped, state)
      const bundle = stamped.type === 'escalated' ? writeBundle(told, stamped, state) : null
      if (moment === null) return
      const message = messageOf(told, { moment, stamped, state, bundle })
      for (const target of told.targets.filter(({ on }) => on.includes(moment))) {
        const sent = send(target, message, told).then((why) => {
          under.delete(sent)
          if (why !== null) told.face.warn(told.words.people.notNotified(target.name, why))
          else if (moment === 'escalated') told.face.tell(told.words.people.notified(target.name))
        })
        under.add(sent)
      }
    },
    done: async () => void (await Promise.allSettled(under)),
  }
}

function momentOf(fact: Stamped, state: State): NotifyMoment | null {
  switch (fact.type) {
    case 'run-started':
      return 'started'
    case 'escalated':
      return 'escalated'
    case 'asked':
      return fact.question.about === 'failed' ? 'failed' : null
    case 'course-set':
      return state.settings.mode === 'unattended' && state.failure !== null && fact.why.startsWith(state.failure.key)
        ? 'failed'
        : null
    case 'run-ended':
      return fact.result === 'waiting' ? 'waiting' : 'ended'
    default:
      return null
  }
}

/** What ran, its outputs and the notes, as a file in the run's folder. */
function writeBundle({ plan, folder, runId, words, face }: Told, fact: Stamped, state: State): string {
  const { facts } = readJournal(folder)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const text = escalationMarkdown({ plan, facts, runId, lang: words.lang as Lang, zone, live: true, outputOf: () => null }, fact)
  const file = join(folder, `escalation-${state.escalated.length}.md`)
  try {
    writeFileSync(file, text, { mode: 0o600 })
    face.tell(words.people.bundle(file))
  } catch (error) {
    face.warn(error instanceof Error ? error.message : String(error))
  }
  return text
}

function messageOf(
  { plan, runId, words, secrets }: Told,
  given: { readonly moment: NotifyMoment; readonly stamped: Stamped; readonly state: State; readonly bundle: string | null },
): string {
  const { moment, stamped, state, bundle } = given
  const { head, people, colon } = words
  const where = [plan.drill === null ? '' : head.drill(plan.drill), plan.production ? head.production : plan.environment]
  const why = factSentence(stamped, plan, words)
  const first = [...where, plan.runbook.title, runId].filter((text) => text !== '').join(' · ')
  const message = {
    text: `${first}${colon} ${moment === 'ended' || moment === 'escalated' ? (why ?? people.moment[moment]) : people.moment[moment]}`,
    moment,
    run: runId,
    runbook: plan.runbook.file,
    environment: plan.environment,
    drill: plan.drill,
    step: 'step' in stamped ? stamped.step : (state.failure?.key ?? null),
    result: stamped.type === 'run-ended' ? stamped.result : null,
    operator: state.settings.operator.name,
    contacts: plan.escalation?.contacts ?? [],
    ...(bundle === null ? {} : { bundle: bundle.slice(0, BUNDLE) }),
  }
  return JSON.stringify(secrets.redactor().json(message))
}

/** Null: it got through; or why not. An address may be a secret: it is in no reason. */
async function send({ url, command }: NotifyTarget, message: string, { root, env, folder }: Told): Promise<string | null> {
  if (command !== null) {
    const own = { ...env, REPRISE_RUN_FOLDER: folder }
    const { exit, stderr } = await runCommand(command, { cwd: root, timeoutMs: SEND_MS, input: message, env: own })
    return exit === 0 ? null : `exit ${exit ?? '-'} ${stderr.trim().split('\n')[0] ?? ''}`.trim()
  }
  const address = await addressOf(url ?? '', { root, env })
  if (!address.ok) return address.reason
  try {
    const answer = await fetch(address.value, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: message,
      redirect: 'error',
      signal: AbortSignal.timeout(SEND_MS),
    })
    return answer.ok ? null : `HTTP ${answer.status}`
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
    return cause?.code ?? (error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable')
  }
}

async function addressOf(
  url: string,
  { root, env }: Pick<Told, 'root' | 'env'>,
): Promise<{ readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string }> {
  if (/^https?:\/\//.test(url)) return { ok: true, value: url }
  return resolveReference(url, {
    root,
    env: (name) => env[name],
    runCommand: (text) => runCommand(text, { cwd: root, timeoutMs: SEND_MS }),
  })
}
