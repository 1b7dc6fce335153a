import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import { openDrSite, runOf } from '../support/dr-site.ts'
import { useLab } from '../support/lab.ts'

const reprise = `'${process.execPath}' '${program}'`

/** The load moves, its readers and its writers by themselves. */
const MOVE = `#!/usr/bin/env bash
set -euo pipefail
exec ${reprise} lab load switch "$TO" "$1" --home "$LAB_HOME"
`

describeWith(['java', 'mvn', 'named', 'dig', 'openssl', 'curl'], 'runbooks/kafka/failover-topic', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const site = openDrSite(lab)
  const file = 'runbooks/kafka/failover-topic.md'
  const words = (more: Readonly<Record<string, string>> = {}): string => {
    const given = {
      TOPICS: 'load',
      MOVE_CONSUMERS: './move readers',
      MOVE_PRODUCERS: './move writers',
      DR_REPLICAS: '1',
      DR_IN_SYNC: '1',
      WRITE_WINDOW_MS: '3000',
      MAX_REREAD: '500',
      SWITCH_LIMIT: '2m',
      CANARY_TOPIC: 'load',
      CANARY_LOG: join(lab().home, 'load', 'acknowledged.log'),
      ...more,
      PRODUCERS_ON: './producers-on',
    }
    const params = Object.entries(given).map(([name, value]) => `-p '${name}=${value}'`)
    const answers = `--answers ${file.replace('.md', '.answers.yaml')}`
    return `run ${file} -e lab --unattended --as operator --rollback on-failure ${answers} --allow irreversible:producers ${params.join(' ')}`
  }
  const move = (more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    lab().exec(`${reprise} ${words(more)}`, { timeoutMs: 400_000 })
  const acls = async (cluster: 'primary' | 'dr'): Promise<string> => site.acls(cluster)
  const excluded = async (): Promise<unknown> =>
    (
      JSON.parse((await lab().exec('curl --fail -sS "$CONNECT_URL/connectors/mm2-source/config"')).stdout) as Record<
        string,
        string
      >
    )['topics.exclude']
  const endOf = async (cluster: 'primary' | 'dr', topic: string): Promise<string> =>
    (await lab().cli('kafka-get-offsets.sh', [...site.on(cluster), '--topic', topic])).trim()
  const write = async (topic: string, count: number): Promise<void> => {
    const [, bootstrap = '', , config = ''] = site.on('primary')
    const producer = `kafka-console-producer.sh --bootstrap-server ${bootstrap} --producer.config ${config}`
    const written = await lab().exec(`seq ${count} | ${producer} --topic ${topic}`)
    expect(written.code, written.stderr).toBe(0)
  }
  /** A load on the primary that the DR cluster follows, beside a topic that stays where it is. `only`: the one broker that has it. */
  const prepare = async ({ only }: { readonly only?: number } = {}): Promise<void> => {
    await lab().cli('kafka-topics.sh', [...site.on('primary'), '--create', '--topic', 'stays', '--partitions', '1'])
    if (only !== undefined) {
      const at = ['--replica-assignment', [only, only, only].join(','), '--config', 'min.insync.replicas=1']
      await lab().cli('kafka-topics.sh', [...site.on('primary'), '--create', '--topic', 'load', ...at])
    }
    await write('stays', 10)
    expect((await lab().lab('load', 'start', '--partitions', '3', '--rate', '60')).code).toBe(0)
    const lost = async (): Promise<number> => site.sum(await site.report(), 'dr', 'lost')
    await expect.poll(lost, { timeout: 120_000, interval: 1000 }).toBeLessThan(60)
    await expect.poll(() => endOf('dr', 'stays'), { timeout: 60_000, interval: 1000 }).toBe('stays:0:10')
  }
  /** A broker of the primary without which the copy goes on: the lab's MirrorMaker 2 keeps its own topics in one replica each. */
  const spareBroker = async (): Promise<string> => {
    const described = await lab().cli('kafka-topics.sh', [...site.on('primary'), '--describe'])
    const needed = [...described.matchAll(/Replicas: (\d)\s/g)].map(([, id]) => id)
    return ['1', '2', '3'].filter((id) => !needed.includes(id)).map((id) => `p${id}`)[0] ?? expect.unreachable(described)
  }
  /** Clients of the topic are on the DR cluster, fenced off from the primary; the other topic is copied on. */
  const hasMoved = async (kind: string, { stdout }: Ended): Promise<number> => {
    await site.flows()
    await lab().lab('load', 'stop')
    const of = await site.report()
    site.tell(kind, 'dr', { of, stdout })
    expect(await acls('primary')).toContain('operation=WRITE, permissionType=DENY')
    expect(await acls('dr')).not.toContain('DENY')
    expect(await excluded()).toMatch(/, load$/)
    await write('stays', 5)
    await expect.poll(() => endOf('dr', 'stays'), { timeout: 60_000, interval: 1000 }).toBe('stays:0:15')
    return site.sum(of, 'dr', 'lost')
  }
  /** As if nobody had tried: its clients write to the primary and read there, and it is copied. */
  const isTakenBack = async (
    kind: string,
    { exclude, ended }: { readonly exclude: unknown; readonly ended: Ended },
  ): Promise<void> => {
    expect(await acls('primary')).not.toContain('DENY')
    expect(await excluded()).toBe(exclude)
    await site.flows()
    const of = await site.report()
    site.tell(kind, 'primary', { of, stdout: ended.stdout })
    expect(site.sum(of, 'primary', 'lost')).toBe(0)
    expect(readFileSync(join(lab().home, 'load', 'order.json'), 'utf8')).toContain('"cluster":"primary","readers":"primary"')
  }

  beforeEach(async () => {
    await lab().lab('load', 'stop')
    const reset = await lab().lab('reset')
    expect(reset.code, reset.stdout + reset.stderr).toBe(0)
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
    for (const [name, text] of [
      ['move', MOVE],
      ['producers-on', `#!/usr/bin/env bash\ngrep -F "\\"cluster\\":\\"$TO\\"" "$LAB_HOME/load/order.json"\n`],
    ] as const) {
      writeFileSync(join(lab().root, name), text)
      chmodSync(join(lab().root, name), 0o755)
    }
    for (const cluster of ['primary', 'dr'] as const) {
      await lab().cli('kafka-acls.sh', [...site.on(cluster), '--remove', '--force', '--topic', 'load'])
      const allow = ['--add', '--allow-principal', 'User:app', '--operation', 'All', '--topic', 'load']
      await lab().cli('kafka-acls.sh', [...site.on(cluster), ...allow])
    }
  }, 600_000)

  test('as a test of the programme a topic moves with its clients and loses no record, and the others stay', async () => {
    const programme = `dr_tests:\n  - {name: One topic, frequency: quarterly, automation: partial, runbook: ${file}, environment: lab, owner: platform}\n`
    writeFileSync(join(lab().root, 'dr-test-schedule.yaml'), programme)
    await prepare()
    const drill = words().replace(`run ${file} -e lab`, 'dr run one-topic')
    const ended = await lab().exec(`${reprise} ${drill}`, { timeoutMs: 400_000 })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const status = await lab().reprise(['dr', 'status', '--json'])
    expect([status.code, JSON.parse(status.stdout)]).toEqual([0, [expect.objectContaining({ state: 'planned' })]])
    expect(await hasMoved('one topic, planned', ended)).toBe(0)
    const group = await lab().cli('kafka-consumer-groups.sh', [...site.on('dr'), '--describe', '--group', 'load'])
    expect(group).toMatch(/load\s+load\s+0\s+\d+/)
    expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/\| passed +\|/)
  }, 600_000)

  test('with the engine killed at the fence and a broker of the primary after it, the resumed run moves it', async () => {
    await prepare()
    const seen = `grep -qE 'fence +done' killed.txt`
    const killed = await lab().exec(
      `${reprise} ${words()} > killed.txt 2>&1 & until ${seen} || ! kill -0 $!; do sleep 0.1; done; kill -9 $!; wait $!; cat killed.txt`,
      { timeoutMs: 400_000 },
    )
    expect(killed.stdout).toMatch(/fence +done/)
    expect(killed.stdout).not.toMatch(/ passed in /)
    expect(await acls('primary')).toContain('permissionType=DENY')
    await lab().fault('kill', await spareBroker())
    const ended = await lab().reprise(['resume', '--unattended', '--as', 'operator'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await hasMoved('one topic, the engine killed at the fence and a broker after it', ended)).toBe(0)
  }, 600_000)

  test('a flow that does not copy the topic any more lets its writers in again', async () => {
    await prepare()
    const left = await lab().exec(
      `curl --fail -sS -X PATCH -H 'Content-Type: application/json' -d '{"topics.exclude": "load"}' "$CONNECT_URL/connectors/mm2-source/config"`,
    )
    expect(left.code, left.stderr).toBe(0)
    const lost = async (): Promise<number> => site.sum(await site.report(), 'dr', 'lost')
    await expect.poll(lost, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(100)
    const ended = await move({ MAX_LAG: '1000000', SWITCH_LIMIT: '15s' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(ended.stdout).toContain('all-copied')
    await isTakenBack('one topic, not copied any more', { exclude: 'load', ended })
  }, 600_000)

  test('a connector that is stopped keeps the move from beginning', async () => {
    await prepare()
    expect((await lab().exec('curl --fail -sS -X PUT "$CONNECT_URL/connectors/mm2-source/stop"')).code).toBe(0)
    const lost = async (): Promise<number> => site.sum(await site.report(), 'dr', 'lost')
    await expect.poll(lost, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(100)
    const ended = await move({ MAX_LAG: '10' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    await isTakenBack('one topic, the connector stopped', { exclude: undefined, ended })
  }, 600_000)

  test('a topic that went offline moves once the DR lead has approved, and says what that cost', async () => {
    await prepare({ only: 1 })
    await lab().fault('kill', 'p1')
    const asked = await expect
      .poll(async () => (await lab().cli('kafka-topics.sh', [...site.on('primary'), '--describe', '--topic', 'load'])).trim(), {
        timeout: 60_000,
        interval: 1000,
      })
      .toContain('Leader: none')
      .then(() => move())
    expect(asked.code, asked.stdout + asked.stderr).toBe(6)
    const id = runOf(asked)
    const approved = await lab().exec(
      `echo approve | ${reprise} approve ${id} decide-to-give-up-what-was-not-copied-decision --as lead --role dr-lead`,
    )
    expect(approved.code, asked.stdout + approved.stdout + approved.stderr).toBe(0)
    const ended = await site.end(id)
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const lost = await hasMoved('one topic, offline', ended)
    expect(ended.stdout).toContain(lost === 0 ? 'RPO 0' : `"lost":${lost}`)
  }, 600_000)
})
