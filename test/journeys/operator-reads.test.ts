import { spawn } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { cli, onTerminal, plainEnv, reprise, workspace } from '../support/reprise.ts'

const book = (...steps: string[]): string => `# Kafka failover\n\n## Procedure\n\n${steps.join('\n')}`

function folder(source: string): string {
  const { root, remove } = workspace({ 'book.md': source, 'inventory/staging.env': '' })
  onTestFinished(remove)
  return root
}

test('who holds the lock is told in lines that break between words', async () => {
  const root = folder(book('### Step 1: Wait\n\n```bash {check timeout=60s}\nsleep 60\n```\n'))
  const first = spawn(process.execPath, [cli, 'run', 'book.md', '--unattended', '--as', 'alexandra.martin-de-la-tour'], {
    cwd: root,
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void first.kill('SIGKILL'))
  await new Promise((resolve) => first.stdout.once('data', resolve))
  const second = onTerminal(['run', 'book.md', '--as', 'ann'], { cwd: root })
  await second.see('start')
  second.type('r')
  await second.see(/Locked: /)
  expect(await second.ended()).toBe(7)
  const said = second.history().slice(second.history().indexOf('Locked: '))
  expect(said.split('\n')[0]).toMatch(/^Locked: alexandra\.martin-de-la-tour \(.*[a-z0-9.:,)]$/)
  for (const word of ['environment', 'reprise', 'follow', '--take-over', '--reason']) expect(said).toContain(word)
})

test('in a drill of level none a check is shown before the value that it would give is asked', async () => {
  const root = folder(
    book(
      '### Step 1: Measure the lag\n\n```bash {check id=lag capture="lag:int, age:duration" timeout=5s}\nlag=$(measure-lag); age=2s\n```\n',
    ),
  )
  const screen = onTerminal(['run', 'book.md', '--drill=none', '--as', 'ann'], { cwd: root })
  await screen.see('start')
  screen.type('r')
  await screen.see('lag (int)')
  expect(screen.text()).toMatch(/measure-lag[\s\S]*lag \(int\)/)
  screen.type('7\r')
  await screen.see(/age.*\(duration\)/)
  screen.type('3s\r')
  await screen.see('[y]')
  screen.type('y')
  expect(await screen.ended()).toBe(0)
  const { stdout } = await reprise(['show', '--json'], { cwd: root })
  expect(JSON.parse(stdout)).toMatchObject({ steps: [{ id: 'lag' }] })
})
