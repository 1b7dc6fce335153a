/* A small program that asks a terminal what its arguments name; the pty tests run it with tsx. */
import type { Face } from '../../engine/local/face.ts'
import type { Message, Question, State } from '../../engine/model/fact.ts'
import { openTerminal } from '../../engine/terminal/attended.ts'
import { blank, failover, question } from './sample.ts'

const [about = 'change', lang = 'en', ...flags] = process.argv.slice(2)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
let interrupts = 0
const messages: Message[] = []
const controller = new AbortController()
const terminal = openTerminal({
  lang: lang === 'fr' ? 'fr' : 'en',
  input: process.stdin,
  output: process.stdout,
  color: flags.includes('color'),
  columns: () => process.stdout.columns,
  now: () => Date.now(),
  editor: (text) => Promise.resolve(`${text} # edited`),
  onInterrupt: () => {
    interrupts += 1
    say(`INTERRUPT ${interrupts}`)
    if (interrupts === 2) controller.abort(new Error('withdrawn'))
  },
  onMessage: (message) => void messages.push(message),
})
// A terminal is one of the faces of a run.
const face: Face = terminal
const state: State = blank({ failure: about === 'failed' ? { key: 'dns', why: 'exit 254' } : null })

async function main(): Promise<void> {
  if (about === 'overview') {
    say(
      `SAID ${await terminal.overview(failover(), { lastGreen: null, measured: null, changed: null, wayBack: null, missing: [], notes: [] })}`,
    )
    return
  }
  if (about === 'running') {
    const [, , stamped] = await import('./sample.ts').then(({ story }) => story())
    if (stamped !== undefined) terminal.fact(stamped, failover(), state)
    for (let i = 1; i <= 60; i += 1) terminal.output('stop-mm2', `line ${i}\n`)
    terminal.progress('stop-mm2/run/1', {
      value: 'RUN\u001b[2JNING',
      tryNo: 3,
      nextTryMs: 3000,
      elapsedMs: 18_000,
      limitMs: 90_000,
    })
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const ended = await import('./sample.ts').then(({ story }) => story()[3])
    if (ended !== undefined) terminal.fact(ended, failover(), state)
    say(`SAID running ${JSON.stringify(messages)}`)
    return
  }
  if (flags.includes('busy')) {
    // Typed while nothing is asked: never an answer.
    const end = Date.now() + 1200
    await new Promise((resolve) => setTimeout(resolve, end - Date.now()))
    say('NOW')
  }
  const asked =
    about === 'typed'
      ? { ...question('change'), step: 'dns', key: 'dns', task: 'dns/ask/1', typed: 'staging' }
      : question(about as Question['about'])
  const said = await face
    .ask(
      {
        questions: [asked],
        plan: failover(),
        state,
        runClockMs: () => 130_000,
        outputOf: () => ['AccessDenied'],
        valuesOf: () => [{ name: 'CONNECT_URL', text: 'http://connect:8083', origin: 'inventory/staging.env' }],
        requestsOf: () => [],
        approve: () => Promise.resolve(null),
      },
      controller.signal,
    )
    .catch((error: unknown) => ({ withdrawn: String(error) }))
  say(`SAID ${JSON.stringify(said)}`)
}

await main()
terminal.close()
