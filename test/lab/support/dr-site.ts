import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { copyRunbooks } from './copy-runbooks.ts'
import type { LoadReport } from '../../../steps/kafka/lab/load-report.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import type { Lab } from './lab.ts'
import { countOf } from './load-count.ts'

const reprise = `'${process.execPath}' '${program}'`

/** The topic of the load, and its group. */
const LOAD = 'load'

/** The applications look their cluster up again: they go where the name points. */
const MOVE = `#!/usr/bin/env bash
set -euo pipefail
to=$(dig +short +time=2 +tries=1 -p "\${DNS_SERVER#*:}" "@\${DNS_SERVER%:*}" "$CLIENT_ALIAS" CNAME)
exec ${reprise} lab load switch "\${to%%.*}" --home "$LAB_HOME"
`

/** A run of a shipped runbook: which approval it waits for, and what is different from the lab's own. */
export interface Order {
  readonly name: 'failover-dr' | 'failover-dr.fr' | 'failback' | 'failback.fr'
  readonly approval: string
  readonly given?: Readonly<Record<string, string>>
}

/** The id of a run, from its last screen: what it did may name other runs before. */
export const runOf = ({ stdout }: Ended): string => /(r-\d{6}-[a-z2-7]{4}) · /.exec(stdout)?.[1] ?? ''

/** Two clusters with clients that find theirs by a name, for the runbooks that move them. */
export function openDrSite(lab: () => Lab) {
  const on = (cluster: 'primary' | 'dr'): string[] => {
    const { env } = lab()
    return ['--bootstrap-server', env[`${cluster.toUpperCase()}_BOOTSTRAP`] ?? '', '--command-config', env['CLIENT_CONFIG'] ?? '']
  }
  const must = async (...words: readonly string[]): Promise<void> => {
    const ended = await lab().lab(...words)
    expect(ended.code, `lab ${words.join(' ')}: ${ended.stdout}${ended.stderr}`).toBe(0)
  }
  const report = (): Promise<LoadReport> => lab().loadReport()
  const slack = `export SLACK_WEBHOOK="$SLACK_URL"`
  const given = (more: Readonly<Record<string, string>>): string => {
    const all = {
      TOPICS: LOAD,
      CONSUMER_GROUPS: LOAD,
      PRODUCERS: 'User:app',
      WRITE_WINDOW_MS: '3000',
      MAX_REREAD: '500',
      RESOLVERS: lab().env['DNS_SERVER'] ?? '',
      RESTART_CLIENTS: './move-clients',
      CANARY_TOPIC: LOAD,
      CANARY_LOG: join(lab().home, 'load', 'acknowledged.log'),
      ...more,
    }
    return Object.entries(all)
      .map(([name, value]) => `-p '${name}=${value}'`)
      .join(' ')
  }
  const resume = (id: string): string => `${slack}; ${reprise} resume ${id} --unattended --as operator`

  /** Starts a runbook with nobody there, to its end or until somebody has to approve. */
  const start = async ({ name, given: more = {} }: Order): Promise<Ended> => {
    const file = `runbooks/kafka/${name}`
    const words = `--answers ${file}.answers.yaml --allow irreversible:restart-clients ${given(more)}`
    const run = `${reprise} run ${file}.md -e lab --unattended --as operator --rollback on-failure ${words}`
    return lab().exec(`${slack}; ${run}`, { timeoutMs: 400_000 })
  }
  /** Runs until somebody has to approve, who does; the run's id. */
  const begin = async (order: Order): Promise<string> => {
    const asked = await start(order)
    expect(asked.code, asked.stdout + asked.stderr).toBe(6)
    const id = runOf(asked)
    const approved = await lab().exec(`echo approve | ${reprise} approve ${id} ${order.approval} --as lead --role dr-lead`)
    expect(approved.code, asked.stdout + approved.stdout + approved.stderr).toBe(0)
    return id
  }
  return {
    on,
    report,
    sum: countOf,
    start,
    begin,
    /** Goes on with a run that waits, to its end. */
    end: (id: string): Promise<Ended> => lab().exec(resume(id), { timeoutMs: 400_000 }),
    /** Goes on with it until it has printed this, and kills the engine there. */
    async killAt(id: string, printed: string): Promise<void> {
      const seen = `grep -qE '${printed}' killed.txt`
      const killed = await lab().exec(
        `${resume(id)} > killed.txt 2>&1 & until ${seen} || ! kill -0 $!; do sleep 0.1; done; kill -9 $!; wait $!; cat killed.txt`,
        { timeoutMs: 400_000 },
      )
      expect(killed.stdout).toMatch(new RegExp(printed))
      expect(killed.stdout).not.toMatch(/ passed in /)
    },
    /** Starts a runbook, has it approved, and goes on to its end. */
    async run(order: Order): Promise<Ended> {
      return this.end(await begin(order))
    },
    alias: async (): Promise<string> =>
      (await lab().exec('dig +short -p "${DNS_SERVER#*:}" @127.0.0.1 "$CLIENT_ALIAS" CNAME')).stdout.trim(),
    connectors: async (): Promise<Readonly<Record<string, string>>> => {
      const { stdout } = await lab().exec('curl --fail -sS "$CONNECT_URL/connectors?expand=status"')
      const all = JSON.parse(stdout) as Record<string, { status: { connector: { state: string } } }>
      return Object.fromEntries(Object.entries(all).map(([name, { status }]) => [name, status.connector.state]))
    },
    /** What keeps writers out of the topic, as the cluster itself says it. */
    acls: (cluster: 'primary' | 'dr'): Promise<string> => lab().cli('kafka-acls.sh', [...on(cluster), '--list', '--topic', LOAD]),
    /** The applications may use the topic there. */
    async letIn(cluster: 'primary' | 'dr'): Promise<void> {
      const allow = ['--allow-principal', 'User:app', '--operation', 'All', '--topic', LOAD]
      await lab().cli('kafka-acls.sh', [...on(cluster), '--add', ...allow])
    },
    /** The applications may read it and not write, as MirrorMaker 2 copies their rights. */
    async keepOut(cluster: 'primary' | 'dr'): Promise<void> {
      const app = ['--allow-principal', 'User:app', '--topic', LOAD]
      await lab().cli('kafka-acls.sh', [...on(cluster), '--add', ...app, '--operation', 'Read'])
      await lab().cli('kafka-acls.sh', [...on(cluster), '--remove', '--force', ...app, '--operation', 'All'])
    },
    /** Clients write and read on. */
    async flows(): Promise<void> {
      const before = (await report()).acknowledged
      await vi.waitFor(async () => expect((await report()).acknowledged).toBeGreaterThan(before + 30), { timeout: 60_000 })
    },
    /** The figures of a move, for the README. */
    tell(kind: string, cluster: 'primary' | 'dr', { of, stdout }: { readonly of: LoadReport; readonly stdout: string }): void {
      const records = `${of.acknowledged} acknowledged, ${countOf(of, cluster, 'lost')} lost, ${countOf(of, cluster, 'duplicated')} duplicated, ${of.readAgain} read again`
      const measures = /^ *RTO .*$/m.exec(stdout)?.[0].trim() ?? 'RTO not said'
      process.stdout.write(`${kind}: ${records}; no acknowledgement for ${of.longestGapMs} ms; ${measures}\n`)
    },
    /** A key that the name server does not take. */
    wrongKey(): string {
      const file = join(lab().root, 'wrong.key')
      writeFileSync(file, `key "lab" {\n  algorithm hmac-sha256;\n  secret "${Buffer.alloc(32, 7).toString('base64')}";\n};\n`)
      return file
    },
    /** The lab at its beginning, the shipped runbooks in its root, a load on the primary that the DR cluster follows. */
    async prepare(): Promise<void> {
      await lab().lab('load', 'stop')
      await must('reset')
      rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
      copyRunbooks(lab().root)
      writeFileSync(join(lab().root, 'move-clients'), MOVE)
      chmodSync(join(lab().root, 'move-clients'), 0o755)
      const back = `printf 'server 127.0.0.1 %s\\nupdate delete %s CNAME\\nupdate add %s 5 CNAME %s.\\nsend\\n' "\${DNS_SERVER#*:}" "$CLIENT_ALIAS" "$CLIENT_ALIAS" "$PRIMARY_ALIAS" | nsupdate -k "$DNS_KEY_FILE"`
      expect((await lab().exec(back)).code).toBe(0)
      await must('load', 'start', '--partitions', '3', '--rate', '60')
      for (const cluster of ['primary', 'dr'] as const) await this.letIn(cluster)
      await lab().cli('kafka-topics.sh', [...on('dr'), '--create', '--topic', 'dr-probe', '--partitions', '3'])
      await vi.waitFor(async () => expect(countOf(await report(), 'dr', 'lost')).toBeLessThan(60), {
        timeout: 120_000,
        interval: 1000,
      })
    },
  }
}
