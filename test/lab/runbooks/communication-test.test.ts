import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { type StandIn, startStandIn } from '../../../steps/kafka/lab/support/stand-in.ts'
import { keepRows } from '../../support/keep-rows.ts'
import { reprise, workspace, type Ended } from '../../support/reprise.ts'
import { type SinkOptions, smtpSink } from '../../support/smtp-sink.ts'

const file = 'runbooks/kafka/communication-test.md'
const answers = file.replace('.md', '.answers.yaml')

let standIn: StandIn
let sink: Awaited<ReturnType<typeof smtpSink>>
let folder: ReturnType<typeof workspace>
beforeEach(async () => {
  standIn = await startStandIn()
  folder = workspace({})
  copyRunbooks(folder.root)
})
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') keepRows(folder.root)
  await Promise.all([standIn.close(), sink.close()])
  folder.remove()
})

/** Who answered what: `change` edits the shipped answers. */
async function run(options: SinkOptions = {}, change: (text: string) => string = (text) => text): Promise<Ended> {
  sink = await smtpSink(options)
  const path = join(folder.root, answers)
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  writeFileSync(path, after)
  const given = {
    PAGERDUTY_URL: standIn.pagerDutyUrl,
    SMTP_SERVER: `localhost:${sink.port}`,
    SMTP_SECURITY: 'none',
    MAIL_FROM: 'reprise@example.org',
    MAIL_TO: 'ops@example.org,business@example.org',
    CONTACTS: 'dr-lead,business',
  }
  const params = Object.entries(given).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  const flags = ['--drill', '--unattended', '--rollback', 'never', '--as', 'operator', '--answers', answers]
  const env = { SLACK_WEBHOOK: standIn.slackUrl, PAGERDUTY_KEY: 'a'.repeat(32) }
  return reprise(['run', file, ...flags, ...params], { cwd: folder.root, env })
}

/** What stands in the channel. */
const said = (): string[] =>
  standIn.calls('slack').flatMap(({ status, body }) => (status === 200 ? [(JSON.parse(body) as { text: string }).text] : []))

test('everybody was reached by every channel, each message says that it is a drill, and the alert is resolved', async () => {
  const ended = await run()
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(said()).toEqual([
    expect.stringMatching(/DRILL.*Communication test r-\d{6}-\w+/),
    expect.stringMatching(/DRILL.*is over/),
  ])
  expect(Object.values(standIn.alerts())).toEqual([expect.objectContaining({ state: 'resolved', severity: 'info' })])
  expect(Object.values(standIn.alerts())[0]?.summary).toContain('DRILL')
  expect(sink.taken).toMatchObject([{ to: ['ops@example.org', 'business@example.org'] }])
  expect(sink.taken[0]?.text).toMatch(/Subject: .*DRILL/)
  expect(ended.stdout).toContain('dr-lead: true')
  expect(ended.stdout).toContain('business: true')
  // No secret on screen, nor in the record.
  expect(ended.stdout + ended.stderr).not.toContain(standIn.slackUrl)
}, 60_000)

test.each([
  ['the channel', 'slack'],
  ['the pager', 'pagerduty'],
] as const)(
  '%s does not take it: the others are tried all the same, and the test has failed',
  async (_, service) => {
    standIn.fail(service, 'denied')
    const ended = await run()
    expect(ended.code, ended.stdout + ended.stderr).not.toBe(0)
    expect(ended.stdout).toMatch(/Failed/)
    expect(sink.taken).toHaveLength(1)
    expect(said().length > 0).toBe(service === 'pagerduty')
    expect(Object.values(standIn.alerts()).map(({ state }) => state)).toEqual(service === 'slack' ? ['resolved'] : [])
  },
  60_000,
)

test('a recipient that the mail server refuses is named, and the test has failed', async () => {
  const ended = await run({ refuses: ['business@example.org'] })
  expect(ended.code, ended.stdout + ended.stderr).toBe(1)
  expect(ended.stdout).toContain('refused: ["business@example.org"]')
  expect(sink.taken).toMatchObject([{ to: ['ops@example.org'] }])
}, 60_000)

test('a call that nobody answered is no pass, and the contacts after it are called', async () => {
  const ended = await run({}, (text) => text.replace('answered-answered: "true"', 'answered-answered: "false"'))
  expect(ended.code, ended.stdout + ended.stderr).toBe(1)
  expect(ended.stdout).toContain('dr-lead: false')
  expect(ended.stdout).toContain('business: false')
}, 60_000)

test('a page that nobody acknowledged is no pass, and the alert is resolved all the same', async () => {
  const ended = await run({}, (text) => text.replace('page-validation: yes', 'page-validation: no'))
  expect(ended.code, ended.stdout + ended.stderr).not.toBe(0)
  expect(Object.values(standIn.alerts())).toEqual([expect.objectContaining({ state: 'resolved' })])
}, 60_000)
