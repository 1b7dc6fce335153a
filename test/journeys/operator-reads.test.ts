import { spawnSync } from 'node:child_process'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

test('a key that a step lacks, and one that it does not know, are told once each', async () => {
  const root = folder(
    book('### Step 1: Look\n\n```yaml {check id=look use=http.request timeout=5s}\nmethod: GET\nurll: x\n```\n'),
  )
  const { code, stdout } = await reprise(['plan', 'book.md', '--json'], { cwd: root })
  expect(code).toBe(2)
  const found = JSON.parse(stdout) as { readonly rule: string; readonly line: number }[]
  expect(found.filter(({ rule }) => rule === 'step-input').map(({ line }) => line)).toEqual([7, 9])
})

test('a French runbook is refused in French, and in English in JSON', async () => {
  const root = folder(
    '# Bascule\n\n## Procédure\n\n### Étape 1 : Regarder\n\n```bash {check timeout="90 sec"}\ntrue\n```\n\n### Étape 2 : Prévenir\n\nAppeler la cellule.\n',
  )
  const calls = [
    ['lint', 'book.md'],
    ['plan', 'book.md'],
    ['run', 'book.md', '--unattended'],
  ]
  for (const args of calls) {
    const { stderr } = await reprise(args, { cwd: root })
    expect(stderr).toContain('Inattendu : durée « 90 sec », attendu par exemple 90s ou 2m')
    expect(stderr).not.toContain('Unexpected')
  }
  expect((await reprise(['lint', 'book.md', '--lang', 'en'], { cwd: root })).stderr).toContain('Unexpected duration "90 sec"')
  expect((await reprise(['lint', 'book.md', '--json'], { cwd: root })).stdout).toContain('Unexpected duration')
})

test('a secret that a file of answers gives is refused, and not shown', async () => {
  const root = folder(book('### Step 1: Ask\n\n**Record**: `PASS` (secret)\n'))
  writeFileSync(join(root, 'answers.yaml'), 'steps:\n  ask-pass: hunter2hunter2\n')
  const { code, stderr } = await reprise(['run', 'book.md', '--unattended', '--answers', 'answers.yaml'], { cwd: root })
  expect([code, stderr]).toEqual([2, expect.stringContaining('answers.yaml:2:13  error  secret-value')])
  expect(stderr).toContain('ask-pass: •••')
  expect(stderr).not.toContain('hunter2')
})

test('a French export speaks French around the author’s words', async () => {
  const root = folder('# Bascule\n\n## Procédure\n\n### Étape 1 : Prévenir\n\nAppeler la cellule.\n')
  const { stdout } = await reprise(['export', 'book.md', '--format', 'bash'], { cwd: root })
  expect(stdout).toContain('# À la main (prevenir) : Appeler la cellule.')
  expect(stdout).toContain('fait ? [Entrée]')
  expect(stdout).not.toMatch(/By hand|done\?/)
})

test('an exported script shows a decision with its rows, and ends where it does not go on', async () => {
  const table = '| If | Then |\n| --- | --- |\n| `SEEN > 5` | stop: too many |\n| otherwise | continue |\n'
  const look = '### Step 1: Look\n\n```bash {check capture=SEEN:int}\nSEEN=3\n```\n'
  const root = folder(
    `# Book\n\n## Procedure\n\n${look}\n${table}\n### Step 2: End\n\n\`\`\`bash {check}\necho at the end\n\`\`\`\n`,
  )
  const { stdout: script } = await reprise(['export', 'book.md', '--format', 'bash'], { cwd: root })
  const ran = (input: string) => spawnSync('bash', ['-c', script], { input, encoding: 'utf8' })
  expect(ran('y\n')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/SEEN > 5 → stop: too many[^]*at the end/) as string,
  })
  const away = ran('n\n')
  expect(away).toMatchObject({ status: 1, stderr: expect.stringContaining('look-decision') as string })
  expect(away.stdout).not.toContain('at the end')
})

test('steps of a repeated phase are counted in the phase, and what failed there is named with its item', async () => {
  const none = '**Rollback**: none, a test.\n'
  const root = folder(
    `# Roll\n\n## Procedure\n\n### Phase 1: Roll\n\n**For each**: \`H\` in \`a\`, \`b\`\n\n#### Step 1: Take out\n\n\`\`\`bash {command id=out timeout=5s}\necho "$H"\n\`\`\`\n\n${none}\n#### Step 2: Look\n\n\`\`\`bash {check id=look timeout=5s}\ntrue\n\`\`\`\n\n**Validation**: it is out.\n`,
  )
  writeFileSync(join(root, 'answers.yaml'), 'steps: {look-validation: yes, "look-validation[b]": no}\n')
  const { code, stdout } = await reprise(['run', 'book.md', '--unattended', '--answers', 'answers.yaml'], { cwd: root })
  expect(code, stdout).toBe(1)
  for (const line of ['1/2 out[a]', '2/2 look[a]', '2/2 look-validation[a]', '1/2 out[b]', '2/2 look-validation[b]'])
    expect(stdout).toContain(` ${line} `)
  expect((await reprise(['runs'], { cwd: root })).stdout).toContain('failed at look-validation[b]')
})

test('what tells of one French run speaks French whatever the locale, and says once that it failed', async () => {
  const root = folder(
    '# Bascule\n\n## Procédure\n\n### Étape 1 : Couper\n\n```bash {command id=couper timeout=5s}\nfalse\n```\n\n**Rollback** : aucun, un essai.\n',
  )
  await reprise(['run', 'book.md', '--unattended'], { cwd: root })
  const { stdout } = await reprise(['runs'], { cwd: root })
  expect(stdout).toContain('failed at couper')
  expect(stdout).not.toContain('failed failed')
  const run = /r-\d{6}-\w{4}/.exec(stdout)?.[0] ?? ''
  for (const args of [
    ['show', run],
    ['history', 'book.md'],
    ['follow', run],
    ['handover', run],
  ]) {
    const told = await reprise(args, { cwd: root })
    expect(told.stdout, args.join(' ')).toMatch(/Étape|Résultat|échoué/)
    expect(told.stdout, args.join(' ')).not.toMatch(/failed|Result|Step|Handover/)
    expect((await reprise([...args, '--lang', 'en'], { cwd: root })).stdout).toMatch(/failed|Result|Step|Handover/)
  }
})
