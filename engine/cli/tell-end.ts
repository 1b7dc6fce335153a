import type { Holder } from '../journal/locks.ts'
import type { SittingEnd } from '../local/sitting.ts'
import type { Lang } from '../model/runbook.ts'
import type { Terminal } from '../terminal/attended.ts'
import { endScreen } from '../terminal/end-screen.ts'
import type { Words } from '../words/words.ts'
import { endExtraOf } from './end-text.ts'
import { EXIT } from './exit.ts'
import type { Given } from './flags.ts'
import { handedTo } from './hand-over.ts'
import { complain, explain, say } from './output.ts'

/** Who holds the lock, and what the second person can do. */
export function tellLocked(
  { holder, stuck }: { readonly holder: Holder | null; readonly stuck?: true },
  { json, words }: { readonly json: boolean; readonly words: Words },
): number {
  if (json) say(JSON.stringify({ type: 'locked', ...holder }))
  const { cli, people } = words
  if (holder === null) explain(cli.lockedUnknown)
  else {
    const who = `${holder.operator} (${holder.host}, ${holder.run})`
    const help = stuck === true ? people.stuck(holder.pid, holder.host) : cli.lockedHelp(holder.run)
    explain(`${cli.locked(who, holder.since, holder.step ?? '')}\n${help}`)
  }
  return EXIT.locked
}

/** Shows how it ended and gives its exit code. */
export function tellEnd(
  end: SittingEnd,
  {
    given,
    terminal,
    words,
    lang,
  }: { readonly given: Given; readonly terminal: Terminal | null; readonly words: Words; readonly lang: Lang },
): number {
  // What stands on a screen moves aside for it.
  const tell = (text: string): void => (terminal === null ? explain(text) : terminal.tell(text))
  if (end.broken !== null) {
    tell(`${end.broken}\n${words.cli.broken(end.runId)}`)
    return EXIT.failed
  }
  if (end.taken !== null) {
    tell(words.people.takenOver(end.taken.operator, end.taken.reason))
    return EXIT.locked
  }
  const next = handedTo(end)
  const extra = endExtraOf(end, { lang, note: next === null ? null : words.cli.handedOver(next) })
  const shown = { plan: end.plan, state: end.state, extra }
  if (terminal !== null) terminal.end(shown)
  else if (given.json !== true && given.quiet !== true)
    say(['', ...endScreen({ words, width: 80, ascii: false }, shown)].join('\n'))
  if (end.row?.where === 'patch') {
    if (given.json === true) complain(end.row.patch)
    else if (terminal === null) say(end.row.patch)
    else complain(end.row.patch)
  }
  return end.state.ended?.exitCode ?? EXIT.failed
}
