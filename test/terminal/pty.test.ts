import { spawn } from '@lydell/node-pty'
import { Terminal } from '@xterm/headless'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const demo = fileURLToPath(new URL('demo.ts', import.meta.url))
const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url))

interface Open {
  readonly see: (text: string | RegExp) => Promise<void>
  readonly type: (keys: string) => void
  /** All that was shown, scrolled lines too. */
  readonly text: () => string
  readonly raw: () => string
  readonly ended: () => Promise<number>
}

/** The demo on a real pseudo-terminal of 80 columns. */
function open(args: readonly string[], env: Readonly<Record<string, string>> = {}): Open {
  const screen = new Terminal({ cols: 80, rows: 40, scrollback: 2000, allowProposedApi: true })
  const pty = spawn(process.execPath, [tsx, demo, ...args], {
    cols: 80,
    rows: 40,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
  })
  let raw = ''
  let code: number | null = null
  pty.onData((text) => {
    raw += text
    screen.write(text)
  })
  pty.onExit(({ exitCode }) => (code = exitCode))
  const text = (): string => {
    const { active } = screen.buffer
    return Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd()
  }
  const until = async (what: () => boolean, why: string): Promise<void> => {
    const end = Date.now() + 20_000
    while (!what()) {
      if (Date.now() > end) throw new Error(`${why}\nOn the screen:\n${text()}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return {
    see: (wanted) =>
      until(() => (typeof wanted === 'string' ? text().includes(wanted) : wanted.test(text())), `never seen: ${String(wanted)}`),
    type: (keys) => pty.write(keys),
    text,
    raw: () => raw,
    ended: async () => {
      await until(() => code !== null, 'did not end')
      return code ?? -1
    },
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What the demo was told, parsed. */
async function said(terminal: Open): Promise<unknown> {
  await terminal.see(/SAID .+/)
  expect(await terminal.ended()).toBe(0)
  const joined = terminal.raw().replaceAll('\r\n', '\n')
  return JSON.parse(/SAID (.+)/.exec(joined)?.[1] ?? 'null') as unknown
}

const answer = (task: string, given: object): object => ({ type: 'answers', answers: [{ task, answer: given }] })

describe.concurrent('on a terminal', () => {
  test('a key runs a change; the screen is the one that was drawn', async () => {
    const terminal = open(['change'])
    await terminal.see('[r] run')
    await wait(100)
    expect(terminal.text()).toContain('curl --fail-with-body -sS -X PUT "$CONNECT_URL/connectors/pause"')
    terminal.type('r')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'run' }))
  })

  test('Enter is the key of nothing', async () => {
    const terminal = open(['change'])
    await terminal.see('[r] run')
    await wait(100)
    terminal.type('\r')
    terminal.type('\r')
    await wait(200)
    terminal.type('\u0004')
    await wait(300)
    expect(terminal.text()).not.toContain('SAID')
    terminal.type('q')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'stop' }))
  })

  test('what is typed before a question is thrown away', async () => {
    const terminal = open(['change', 'en', 'busy'])
    await wait(900)
    terminal.type('r')
    terminal.type('r\r')
    await terminal.see('[r] run')
    await wait(500)
    expect(terminal.text()).not.toContain('SAID')
    terminal.type('q')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'stop' }))
  })

  test('a skip needs its reason, typed in one go or not', async () => {
    const terminal = open(['change'])
    await terminal.see('[s] skip')
    await wait(100)
    terminal.type('s')
    await terminal.see('Why is it skipped?')
    terminal.type('\r')
    await terminal.see('A reason is needed')
    terminal.type('Connect is down\r')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'skip', reason: 'Connect is down' }))
    const fast = open(['change'])
    await fast.see('[s] skip')
    await wait(100)
    fast.type('sdown too\r')
    expect(await said(fast)).toEqual(answer('stop-mm2/ask/1', { choice: 'skip', reason: 'down too' }))
  })

  test('the environment must be typed: Enter, y and a pasted name are refused', async () => {
    const terminal = open(['typed'])
    await terminal.see('Type  staging  to run it')
    await wait(100)
    terminal.type('\r')
    await terminal.see('[r] run')
    expect(terminal.text()).not.toContain('SAID')
    terminal.type('y')
    await terminal.see('y is no key here')
    terminal.type('r')
    await terminal.see(/Type {2}staging {2}to run it/)
    terminal.type('\u001b[200~staging\u001b[201~\r')
    await wait(300)
    expect(terminal.text()).not.toContain('SAID')
    terminal.type('r')
    await wait(200)
    terminal.type('staging\r')
    expect(await said(terminal)).toEqual(answer('dns/ask/1', { choice: 'run' }))
  })

  test('a pasted word presses no key', async () => {
    const terminal = open(['change'])
    await terminal.see('[r] run')
    await wait(100)
    terminal.type('run everything')
    await wait(300)
    expect(terminal.text()).not.toContain('SAID')
    terminal.type('q')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'stop' }))
  })

  test('keys behind ? work and are listed', async () => {
    const terminal = open(['failed'])
    await terminal.see('[b] roll back')
    await wait(100)
    terminal.type('?')
    await terminal.see('[x] escalate')
    // What is typed before the key line stands again is nobody's answer.
    await wait(150)
    terminal.type('o')
    await terminal.see(/\[o\] all output[\s\S]*AccessDenied/)
    await wait(150)
    terminal.type('m')
    await terminal.see('Command:')
    terminal.type('aws sts get-caller-identity\r')
    expect(await said(terminal)).toEqual({ type: 'command', text: 'aws sts get-caller-identity' })
  })

  test('a jump asks where and why; a step that does not exist is refused', async () => {
    const terminal = open(['failed'])
    await terminal.see('[r] retry')
    await wait(100)
    terminal.type('j')
    await terminal.see('To which step')
    terminal.type('99\r')
    await terminal.see('There is no step 99')
    terminal.type('5\r')
    await terminal.see('Why?')
    terminal.type('again\r')
    expect(await said(terminal)).toEqual({ type: 'message', message: { say: 'jump', to: 'mm2', reason: 'again' } })
  })

  test('an edited text is the answer', async () => {
    const terminal = open(['change'])
    await terminal.see('[r] run')
    await wait(100)
    terminal.type('e')
    expect(await said(terminal)).toMatchObject({
      answers: [{ answer: { choice: 'edit', text: expect.stringMatching(/pause" # edited$/) as string } }],
    })
  })

  test('a value is checked against its type', async () => {
    const terminal = open(['value'])
    await terminal.see('CHANGE, the number of the change (int):')
    await wait(100)
    terminal.type('soon\r')
    await terminal.see(/Expected .*got/)
    terminal.type('42\r')
    expect(await said(terminal)).toEqual(answer('change/ask/1', { choice: 'value', value: { type: 'int', text: '42' } }))
  })

  test('Ctrl-C is told to the caller, who may withdraw the question', async () => {
    const terminal = open(['change'])
    await terminal.see('[r] run')
    await wait(100)
    terminal.type('\u0003')
    await terminal.see('INTERRUPT 1')
    await wait(300)
    terminal.type('\u0003')
    await terminal.see('INTERRUPT 2')
    expect(await said(terminal)).toEqual({ withdrawn: 'Error: withdrawn' })
  })

  test('while a step runs one live line shows value, tries and limit; notes can be taken; the output is folded', async () => {
    const terminal = open(['running'])
    await terminal.see('RUN^[[2JNING now')
    await terminal.see(/try 4 in \d/)
    await terminal.see('[w] stop waiting')
    terminal.type('w')
    await wait(200)
    terminal.type('n')
    await terminal.see('Note:')
    terminal.type('looks slow\r')
    await terminal.see('SAID running')
    const messages = [{ say: 'stop-waiting' }, { say: 'note', text: 'looks slow', step: 'stop-mm2' }]
    expect(terminal.raw()).toContain(JSON.stringify(messages))
    expect(terminal.text()).toContain('… 40 lines above: [o]')
    expect(terminal.text()).not.toMatch(/^ *line 40$/m)
    expect(terminal.text()).toMatch(/^ *line 60$/m)
    expect(terminal.text()).toMatch(/✓ curl .* 0\.3s/)
    expect(await terminal.ended()).toBe(0)
  })

  test('French has the same keys', async () => {
    const terminal = open(['change', 'fr'])
    await terminal.see('[r] exécuter')
    await wait(100)
    terminal.type('r')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'run' }))
  })
})

describe.concurrent('on TERM=dumb', () => {
  test('questions are lines, and nothing moves the cursor', async () => {
    const terminal = open(['change'], { TERM: 'dumb' })
    await terminal.see('[r] run')
    await wait(100)
    terminal.type('\r')
    terminal.type('zz\r')
    await terminal.see('zz is no key here')
    terminal.type('s\r')
    await terminal.see('Why is it skipped?')
    terminal.type('not now\r')
    expect(await said(terminal)).toEqual(answer('stop-mm2/ask/1', { choice: 'skip', reason: 'not now' }))
    expect(terminal.raw()).not.toContain('\u001b')
  })

  test('the environment must be typed there too', async () => {
    const terminal = open(['typed'], { TERM: 'dumb' })
    await terminal.see('Type  staging  to run it')
    await wait(100)
    terminal.type('y\r')
    await terminal.see('Not that')
    terminal.type('r\r')
    await wait(200)
    terminal.type('staging\r')
    expect(await said(terminal)).toEqual(answer('dns/ask/1', { choice: 'run' }))
  })

  test('symbols have plain twins without UTF-8', async () => {
    const terminal = open(['running'], { TERM: 'dumb', LANG: 'C' })
    await terminal.see('SAID running')
    expect(terminal.text()).toMatch(/ok curl/)
    expect(terminal.raw()).not.toMatch(/[✓✗…]/)
    expect(await terminal.ended()).toBe(0)
  })
})
