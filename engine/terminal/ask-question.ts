import { visible } from '../language/control.ts'
import type { Question } from '../model/fact.ts'
import type { AskContext, Said } from './ask-context.ts'
import { keyLine } from './key-line.ts'
import { type Look, paragraph } from './look.ts'
import type { Act } from './offer.ts'
import { firstText, offersOf } from './offers.ts'
import { questionScreen } from './question-screen.ts'
import type { RunningLines } from './running-lines.ts'
import type { Screen } from './screen-port.ts'
import type { TerminalOptions } from './terminal-options.ts'

/** A question and everything it is asked with. */
export interface Asking {
  readonly context: AskContext
  readonly signal: AbortSignal
  readonly screen: Screen
  readonly look: () => Look
  readonly options: TerminalOptions
  readonly running: RunningLines
}

/** Asks until something is said that answers: keys that only show, copy or edit come back to the question. */
export async function askQuestion(asking: Asking): Promise<Said> {
  const { context, signal, screen, look, options, running } = asking
  const [question] = context.questions
  if (question === undefined) throw new Error('a question was asked about nothing')
  running.asked(question, context.plan)
  const request = { look: look(), context, question, keepSecret: options.keepSecret ?? ((name: string) => name) }
  const offers = offersOf(request)
  const start = firstText(request)
  let first = start?.does === 'text' ? start : null
  let notice = ''
  let above: readonly string[] = questionScreen(look(), context, question)
  for (let isFirst = true; ; isFirst = false) {
    const { ask } = look().words
    const config = {
      offers,
      keys: keyLine(look(), offers),
      first,
      notice,
      tick: countdown(look(), context, question),
      notAKey: ask.notAKey,
      noPaste: ask.noPaste,
    }
    const pressed = await screen.prompt(config, { above, drain: isFirst, signal })
    first = null
    above = []
    // A terminal that went away says nothing any more.
    if (pressed === null) return { type: 'message', message: { say: 'signal', name: 'SIGHUP' } }
    const done = await perform(pressed.act, asking)
    if ('said' in done) return done.said
    notice = done.notice
    above = done.above
  }
}

type Done = { readonly said: Said } | { readonly notice: string; readonly above: readonly string[] }

async function perform(act: Act, { context, screen, look, options, signal }: Asking): Promise<Done> {
  const { ask } = look().words
  switch (act.does) {
    case 'say':
      return { said: act.said }
    case 'show':
      return { notice: '', above: act.lines() }
    case 'copy':
      screen.copy(act.text)
      return { notice: ask.copied, above: visible(act.text).split('\n') }
    case 'edit': {
      const text = await screen.lend(() => options.editor(act.text))
      if (signal.aborted) throw signal.reason
      return text === null || text === act.text ? { notice: ask.unchanged, above: [] } : { said: act.become(text) }
    }
    case 'approve': {
      const { people, cli } = look().words
      const refused = context.approve === undefined ? null : await context.approve(act.text)
      if (refused === null) return { notice: people.pasted, above: [] }
      return { notice: '', above: paragraph(look(), visible(cli.approveNot(people.refused[refused.why](refused.role)))) }
    }
    case 'text':
    case 'choose':
      return { notice: '', above: [] }
  }
}

/** What happens by itself, and when: the policy's answer to an interruption. */
function countdown(look: Look, context: AskContext, question: Question): (() => string) | null {
  const { untilMs } = question
  if (untilMs === undefined) return null
  const { screen } = look.words
  return () => screen.interruptedUntil(Math.max(0, Math.ceil((untilMs - context.runClockMs()) / 1000)), screen.policyAnswer)
}
