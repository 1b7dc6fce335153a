import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import type { LoadReport } from '../../../steps/kafka/lab/load-report.ts'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import { countOf } from '../support/load-count.ts'
import { useLab } from '../support/lab.ts'
import { writeTransaction } from '../support/transactions.ts'

/** The applications of the wave `load`, whose producer and consumers move by themselves; `audit` has none that run. */
const MOVE = `#!/usr/bin/env bash
set -euo pipefail
cluster=primary
[ "$TO" = source ] || cluster=dr
case $WAVE in
  *load*) exec '${process.execPath}' '${program}' lab load switch "$cluster" "$1" --home "$LAB_HOME" ;;
esac
`

/** Somebody whom no ACL keeps out writes while the copy stands still. */
const FLOOD = `#!/usr/bin/env bash
set -euo pipefail
[ "$TO" = target ] || exit 0
curl --fail -sS -X PUT "$CONNECT_URL/connectors/$FLOW-source/pause"
seq 3000 | kafka-console-producer.sh --bootstrap-server "$SOURCE_BOOTSTRAP" --producer.config "$SOURCE_CONFIG" --topic audit
sleep 120
`

/** Says where to. */
const RECORDED = `#!/usr/bin/env bash
echo "$TO" >> moved
`

/** Takes its time, the first time. */
const SLOW = `#!/usr/bin/env bash
if [ ! -e moving ]; then
  touch moving
  sleep 120
fi
`

describeWith(['java', 'mvn', 'named', 'dig', 'openssl'], 'runbooks/kafka/topic-migration', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const file = 'runbooks/kafka/topic-migration.md'
  const on = (cluster: 'PRIMARY' | 'DR'): string[] => [
    '--bootstrap-server',
    lab().env[`${cluster}_BOOTSTRAP`] ?? '',
    '--command-config',
    lab().env['CLIENT_CONFIG'] ?? '',
  ]
  const report = (): Promise<LoadReport> => lab().loadReport()
  const topicsOn = async (cluster: 'PRIMARY' | 'DR'): Promise<readonly string[]> =>
    (await lab().cli('kafka-topics.sh', [...on(cluster), '--list'])).trim().split('\n')
  const allow = (topic: string): Promise<string> => {
    const words = ['--add', '--allow-principal', 'User:app', '--operation', 'All', '--topic', topic]
    return lab().cli('kafka-acls.sh', [...on('PRIMARY'), ...words])
  }
  const endOf = async (cluster: 'PRIMARY' | 'DR', topic: string): Promise<string> =>
    (await lab().cli('kafka-get-offsets.sh', [...on(cluster), '--topic', topic])).trim()
  const aclsOf = (topic: string): Promise<string> => lab().cli('kafka-acls.sh', [...on('PRIMARY'), '--list', '--topic', topic])
  const connectors = async (): Promise<readonly string[]> =>
    JSON.parse((await lab().exec('curl --fail -sS "$CONNECT_URL/connectors"')).stdout) as string[]
  const settings = (extra: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    SOURCE_BOOTSTRAP: lab().env['PRIMARY_BOOTSTRAP'] ?? '',
    SOURCE_CONFIG: lab().env['CLIENT_CONFIG'] ?? '',
    TARGET_BOOTSTRAP: lab().env['DR_BOOTSTRAP'] ?? '',
    TARGET_CONFIG: lab().env['CLIENT_CONFIG'] ?? '',
    WAVES: 'audit',
    IDLE_GROUPS: 'auditors',
    MOVE_CONSUMERS: './move readers',
    MOVE_PRODUCERS: './move writers',
    PRODUCERS_ON: 'true',
    TARGET_REPLICAS: '1',
    TARGET_IN_SYNC: '1',
    REFRESH_SECONDS: '1',
    COPY_LIMIT: '2m',
    SWITCH_LIMIT: '1m',
    MAX_REREAD: '500',
    ...extra,
  })
  const words = (extra: Readonly<Record<string, string>>): string[] => [
    'run',
    file,
    ...'-e lab --unattended --as operator --allow irreversible:producers --answers'.split(' '),
    file.replace('.md', '.answers.yaml'),
    ...Object.entries(settings(extra)).flatMap(([name, value]) => ['-p', `${name}=${value}`]),
  ]
  const migrate = (extra: Readonly<Record<string, string>> = {}): Promise<Ended> => lab().reprise(words(extra))
  const write = (name: string, text: string): void => {
    writeFileSync(join(lab().root, name), text)
    chmodSync(join(lab().root, name), 0o755)
  }
  /** A runbook in which, right before the block, one more record gets into the topic. */
  const writeForeign = (into: 'SOURCE' | 'TARGET', before: string): void => {
    const path = join(lab().root, file)
    const line = `echo foreign | kafka-console-producer.sh --bootstrap-server "$${into}_BOOTSTRAP" --producer.config "$${into}_CONFIG" --topic audit --sync`
    const block = `\`\`\`bash {command id=meanwhile timeout=1m}\n${line}\n\`\`\`\n\n`
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(before, () => `${block}${before}`),
    )
  }
  /** As if nobody had tried: nothing on the target, writers let in; only the beats go on. */
  const isTakenBack = async (): Promise<void> => {
    expect(await topicsOn('DR')).not.toContain('audit')
    expect(await aclsOf('audit')).not.toContain('DENY')
    expect(await connectors()).toEqual(['migration-heartbeat'])
  }
  /** A topic with a hundred records and a group that has read forty of them. */
  const makeAudit = async (): Promise<void> => {
    await lab().cli('kafka-topics.sh', [...on('PRIMARY'), '--create', '--topic', 'audit', '--partitions', '1'])
    const [, bootstrap = '', , config = ''] = on('PRIMARY')
    const written = await lab().exec(
      `seq 100 | kafka-console-producer.sh --bootstrap-server ${bootstrap} --producer.config ${config} --topic audit --sync --producer-property linger.ms=0`,
    )
    expect(written.code, written.stderr).toBe(0)
    const to = ['--group', 'auditors', '--topic', 'audit', '--reset-offsets', '--to-offset', '40', '--execute']
    expect(await lab().cli('kafka-consumer-groups.sh', [...on('PRIMARY'), ...to])).toMatch(/auditors\s+audit\s+0\s+40/)
  }

  beforeEach(async () => {
    await lab().lab('load', 'stop')
    await lab().lab('reset')
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
    for (const left of ['moving', 'moved']) rmSync(join(lab().root, left), { force: true })
    write('move', MOVE)
    write('flood', FLOOD)
    write('slow', SLOW)
    write('recorded', RECORDED)
    // The flow of the lab would copy the same topics.
    for (const name of await connectors()) await lab().exec(`curl --fail -sS -X DELETE "$CONNECT_URL/connectors/${name}"`)
    await makeAudit()
    for (const topic of ['audit', 'load', 'second.wave', 'third']) {
      // A reset leaves ACLs: the fence of the test before would stand.
      await lab().cli('kafka-acls.sh', [...on('PRIMARY'), '--remove', '--force', '--topic', topic])
    }
    for (const topic of ['audit', 'load']) await allow(topic)
  }, 300_000)

  test('moves wave after wave with their groups, and loses and doubles no record', async () => {
    expect((await lab().lab('load', 'start', '--partitions', '3', '--rate', '60')).code).toBe(0)
    // What nobody was to read is not moved, and the copy is complete all the same.
    const values = Array.from({ length: 10 }, (_, index) => `aborted ${index}`)
    await writeTransaction(
      { bootstrap: lab().env['PRIMARY_BOOTSTRAP'] ?? '', config: lab().env['CLIENT_CONFIG'] ?? '', topic: 'audit' },
      { values, end: 'abort' },
    )
    expect(await endOf('PRIMARY', 'audit')).toBe('audit:0:111')
    const moved = `grep -F '"cluster":"dr"' "$LAB_HOME/load/order.json" || [ "$WAVE" = audit ]`
    const ended = await migrate({ WAVES: 'audit,load', PRODUCERS_ON: moved })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const before = (await report()).acknowledged
    await expect.poll(async () => (await report()).acknowledged, { timeout: 60_000 }).toBeGreaterThan(before + 30)
    await lab().lab('load', 'stop')
    const figures = await report()
    const [lost, duplicated] = [countOf(figures, 'dr', 'lost'), countOf(figures, 'dr', 'duplicated')]
    process.stdout.write(
      `migration: ${figures.acknowledged} acknowledged, ${lost} lost, ${duplicated} duplicated, ${figures.readAgain} read again; no acknowledgement for ${figures.longestGapMs} ms\n`,
    )
    expect({ lost, duplicated }).toEqual({ lost: 0, duplicated: 0 })
    expect(await endOf('DR', 'audit')).toBe('audit:0:100')
    const group = await lab().cli('kafka-consumer-groups.sh', [...on('DR'), '--describe', '--group', 'auditors'])
    // Where it had read up to, or before it: MirrorMaker 2 translates an offset amid a backlog only roughly, and never too far.
    const at = Number(/auditors\s+audit\s+0\s+(\d+)\s+100/.exec(group)?.[1])
    expect([at > 0, at <= 40]).toEqual([true, true])
    for (const topic of ['audit', 'load']) expect(await aclsOf(topic)).toContain('operation=WRITE, permissionType=DENY')
    expect(await connectors()).toEqual([])
    expect((await topicsOn('DR')).filter((name) => name.includes('migration-'))).toEqual([])
    expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/\| passed +\|/)
  }, 400_000)

  test('a copy that falls behind while the consumers move takes the wave back by itself', async () => {
    const ended = await migrate({ MOVE_CONSUMERS: './flood' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    expect(ended.stdout).toContain('still-keeps-up')
    await isTakenBack()
  }, 400_000)

  test('a copy whose content differs takes the wave back, and its producers are let in again', async () => {
    // Owners who accept no downtime at all are not for this runbook: nothing is begun.
    const refused = await migrate({ DOWNTIME: 'none' })
    expect([refused.code, refused.stdout]).toEqual([4, expect.stringContaining('no strategy fits')])
    expect(await connectors()).toEqual([])
    // Somebody writes into the copy, once all is copied.
    writeForeign('TARGET', '```yaml {check id=same use')
    const ended = await migrate()
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    expect(ended.stdout).toMatch(/same\[audit\] +FAILED/)
    await isTakenBack()
  }, 400_000)

  test('a source that is still written to once its copy has stopped brings the consumers back and takes the wave back', async () => {
    // Somebody whom no ACL keeps out.
    writeForeign('SOURCE', '```yaml {validate id=quiet')
    const ended = await migrate({ MOVE_CONSUMERS: './recorded' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    expect(ended.stdout).toMatch(/quiet\[audit\] +FAILED/)
    expect(readFileSync(join(lab().root, 'moved'), 'utf8')).toBe('target\nsource\n')
    await isTakenBack()
    expect(await endOf('PRIMARY', 'audit')).toBe('audit:0:101')
  }, 400_000)

  test('a target that refuses the second wave keeps the first, takes the second back and begins no third; then they go on', async () => {
    const make = (cluster: 'PRIMARY' | 'DR', topic: string): Promise<string> =>
      lab().cli('kafka-topics.sh', [...on(cluster), '--create', '--topic', topic, '--partitions', '1'])
    for (const topic of ['second.wave', 'third']) {
      await make('PRIMARY', topic)
      await allow(topic)
    }
    // Kafka takes the two names for one.
    await make('DR', 'second_wave')
    const ended = await migrate({ WAVES: 'audit,second.wave,third', COPY_LIMIT: '20s' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    const there = await topicsOn('DR')
    expect([there.includes('audit'), there.includes('second.wave'), there.includes('third')]).toEqual([true, false, false])
    expect(await endOf('DR', 'audit')).toBe('audit:0:100')
    expect(await aclsOf('audit')).toContain('permissionType=DENY')
    for (const topic of ['second.wave', 'third']) expect(await aclsOf(topic)).not.toContain('DENY')
    expect(await connectors()).toEqual(['migration-heartbeat'])
    await lab().cli('kafka-topics.sh', [...on('DR'), '--delete', '--topic', 'second_wave'])
    const again = await migrate({ WAVES: 'second.wave' })
    expect(again.code, again.stdout + again.stderr).toBe(0)
    expect(await topicsOn('DR')).toEqual(expect.arrayContaining(['audit', 'second.wave']))
    for (const topic of ['audit', 'second.wave']) expect(await aclsOf(topic)).toContain('permissionType=DENY')
  }, 500_000)

  test('with the engine killed in the middle of a switch, the resumed run moves the wave', async () => {
    const line = words({ MOVE_CONSUMERS: './slow' }).map((word) => `'${word}'`)
    const running = lab().exec(`'${process.execPath}' '${program}' ${line.join(' ')} & echo $! > engine.pid; wait`, {
      timeoutMs: 300_000,
    })
    await expect.poll(() => existsSync(join(lab().root, 'moving')), { timeout: 200_000, interval: 200 }).toBe(true)
    process.kill(Number(readFileSync(join(lab().root, 'engine.pid'), 'utf8')), 'SIGKILL')
    await running
    expect(await aclsOf('audit')).toContain('permissionType=DENY')
    const ended = await lab().reprise(['resume', '--unattended', '--as', 'operator'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await endOf('DR', 'audit')).toBe('audit:0:100')
    expect(await aclsOf('audit')).toContain('permissionType=DENY')
    expect(await connectors()).toEqual([])
  }, 600_000)
})
