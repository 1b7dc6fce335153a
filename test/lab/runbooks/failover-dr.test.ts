import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import { useLab } from '../support/lab.ts'

const shipped = fileURLToPath(new URL('../../../runbooks/', import.meta.url))
const TOPIC = 'load'

/** The applications look their cluster up again: they go where the name points. */
const MOVE = `#!/usr/bin/env bash
set -euo pipefail
to=$(dig +short +time=2 +tries=1 -p "\${DNS_SERVER#*:}" "@\${DNS_SERVER%:*}" "$CLIENT_ALIAS" CNAME)
exec '${process.execPath}' '${program}' lab load switch "\${to%%.*}" --home "$LAB_HOME"
`

interface Report {
  readonly acknowledged: number
  readonly longestGapMs: number
  readonly readAgain: number
  readonly clusters: Readonly<Record<string, readonly { readonly lost: number; readonly duplicated: number }[] | null>>
}

describeWith(['java', 'mvn', 'named', 'dig', 'openssl'], 'runbooks/kafka/failover-dr', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const file = 'runbooks/kafka/failover-dr.md'
  const on = (cluster: 'PRIMARY' | 'DR'): string[] => [
    '--bootstrap-server',
    lab().env[`${cluster}_BOOTSTRAP`] ?? '',
    '--command-config',
    lab().env['CLIENT_CONFIG'] ?? '',
  ]
  const report = async (): Promise<Report> => JSON.parse((await lab().lab('load', 'report', '--json')).stdout) as Report
  const sum = (of: Report, field: 'lost' | 'duplicated'): number =>
    (of.clusters['dr'] ?? []).reduce((all, one) => all + one[field], 0)
  /** The figures of a move, for the README. */
  const tell = (kind: string, of: Report, { stdout }: Ended): void => {
    const records = `${of.acknowledged} acknowledged, ${sum(of, 'lost')} lost, ${sum(of, 'duplicated')} duplicated, ${of.readAgain} read again`
    const measures = /^ *RTO .*$/m.exec(stdout)?.[0].trim() ?? 'RTO not said'
    process.stdout.write(`${kind}: ${records}; no acknowledgement for ${of.longestGapMs} ms; ${measures}\n`)
  }
  const alias = async (): Promise<string> =>
    (await lab().exec('dig +short -p "${DNS_SERVER#*:}" @127.0.0.1 "$CLIENT_ALIAS" CNAME')).stdout.trim()
  const connector = async (name: string): Promise<string> =>
    (await lab().exec(`curl --fail -sS "$CONNECT_URL/connectors/${name}/status"`)).stdout
  const given = (extra: Readonly<Record<string, string>>): string[] =>
    Object.entries({
      TOPICS: TOPIC,
      CONSUMER_GROUPS: TOPIC,
      DR_BROKERS: '1',
      DR_REPLICAS: '1',
      DR_IN_SYNC: '1',
      MAX_REREAD: '500',
      RESOLVERS: lab().env['DNS_SERVER'] ?? '',
      RESTART_CLIENTS: './move-clients',
      CANARY_TOPIC: TOPIC,
      CANARY_LOG: join(lab().home, 'load', 'acknowledged.log'),
      ...extra,
    }).flatMap(([name, value]) => ['-p', `${name}=${value}`])

  /** Runs until the DR lead is asked, who approves, and to the end. */
  const failOver = async (extra: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    const slack = `export SLACK_WEBHOOK="$SLACK_URL"`
    const reprise = `'${process.execPath}' '${program}'`
    const words = given(extra)
      .map((word) => `'${word}'`)
      .join(' ')
    const answers = `--answers ${file.replace('.md', '.answers.yaml')} --allow irreversible:restart-clients`
    const run = `${reprise} run ${file} -e lab --unattended --as operator --rollback on-failure ${answers} ${words}`
    const asked = await lab().exec(`${slack}; ${run}`, { timeoutMs: 200_000 })
    const id = /r-\d{6}-\w+/.exec(asked.stdout)?.[0] ?? ''
    expect(asked.code, asked.stdout + asked.stderr).toBe(6)
    await lab().exec(`echo approve | ${reprise} approve ${id} lag-decision --as lead --role dr-lead`)
    return lab().exec(`${slack}; ${reprise} resume ${id} --unattended`, { timeoutMs: 400_000 })
  }

  beforeEach(async () => {
    await lab().lab('load', 'stop')
    await lab().lab('reset')
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    cpSync(shipped, join(lab().root, 'runbooks'), { recursive: true })
    writeFileSync(join(lab().root, 'move-clients'), MOVE)
    chmodSync(join(lab().root, 'move-clients'), 0o755)
    const back = `printf 'server 127.0.0.1 %s\\nupdate delete %s CNAME\\nupdate add %s 5 CNAME %s.\\nsend\\n' "\${DNS_SERVER#*:}" "$CLIENT_ALIAS" "$CLIENT_ALIAS" "$PRIMARY_ALIAS" | nsupdate -k "$DNS_KEY_FILE"`
    expect((await lab().exec(back)).code).toBe(0)
    await lab().cli('kafka-topics.sh', [...on('DR'), '--create', '--topic', 'dr-probe', '--partitions', '3'])
    // A reset leaves ACLs: the fence of the test before would stand.
    for (const cluster of ['PRIMARY', 'DR'] as const)
      await lab().cli('kafka-acls.sh', [...on(cluster), '--remove', '--force', '--topic', TOPIC])
    expect((await lab().lab('load', 'start', '--partitions', '3', '--rate', '60')).code).toBe(0)
    await expect.poll(async () => sum(await report(), 'lost'), { timeout: 60_000, interval: 1000 }).toBeLessThan(60)
  }, 300_000)

  describe('planned', () => {
    test('moves the clients and loses no record that was acknowledged', async () => {
      const ended = await failOver()
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(await alias()).toBe('dr.lab.test.')
      const before = (await report()).acknowledged
      await expect.poll(async () => (await report()).acknowledged, { timeout: 60_000 }).toBeGreaterThan(before + 30)
      await lab().lab('load', 'stop')
      const figures = await report()
      tell('planned', figures, ended)
      expect(sum(figures, 'lost')).toBe(0)
      expect(await lab().cli('kafka-acls.sh', [...on('PRIMARY'), '--list', '--topic', TOPIC])).toContain('permissionType=DENY')
      expect(JSON.parse(await connector('mm2-source'))).toMatchObject({ connector: { state: 'STOPPED' }, tasks: [] })
      expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/\| passed +\|/)
    }, 600_000)

    test('gives everything back when the name cannot be changed', async () => {
      const wrong = join(lab().root, 'wrong.key')
      writeFileSync(wrong, `key "lab" {\n  algorithm hmac-sha256;\n  secret "${Buffer.alloc(32, 7).toString('base64')}";\n};\n`)
      const ended = await failOver({ DNS_KEY_FILE: wrong })
      expect(ended.code, ended.stdout + ended.stderr).toBe(3)
      expect(await alias()).toBe('primary.lab.test.')
      expect(await lab().cli('kafka-acls.sh', [...on('PRIMARY'), '--list', '--topic', TOPIC])).not.toContain('DENY')
      await expect
        .poll(async () => JSON.parse(await connector('mm2-source')) as unknown, { timeout: 30_000 })
        .toMatchObject({ connector: { state: 'RUNNING' } })
      const before = (await report()).acknowledged
      await expect.poll(async () => (await report()).acknowledged, { timeout: 60_000 }).toBeGreaterThan(before + 30)
      await expect.poll(async () => sum(await report(), 'lost'), { timeout: 60_000, interval: 1000 }).toBeLessThan(60)
    }, 600_000)
  })

  test('unplanned: moves the clients away from a dead primary, and says what that cost', async () => {
    await lab().fault('lose', 'primary')
    const ended = await failOver()
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await alias()).toBe('dr.lab.test.')
    const before = (await report()).acknowledged
    await expect.poll(async () => (await report()).acknowledged, { timeout: 60_000 }).toBeGreaterThan(before + 30)
    await lab().lab('load', 'stop')
    const figures = await report()
    tell('unplanned', figures, ended)
    // What the run measured is what the load knows: all of it was acknowledged by the primary, or is on the DR cluster.
    expect(ended.stdout).toContain(sum(figures, 'lost') === 0 ? 'RPO 0' : `"lost":${sum(figures, 'lost')}`)
  }, 600_000)
})
