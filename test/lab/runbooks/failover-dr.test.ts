import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import { openDrSite, type Order } from '../support/dr-site.ts'
import { useLab } from '../support/lab.ts'

/** Brokers that are started again listen for clients where no client looks for them. */
const FENCE = `#!/usr/bin/env bash
set -euo pipefail
for node in p1 p2 p3; do
  file="$LAB_HOME/nodes/$node/server.properties"
  case $1 in
    shut) test -e "$file.open" || sed -i.open -E 's#^(listeners=CLIENTS://127.0.0.1:[0-9]*)[0-9],#\\15,#' "$file" ;;
    is-shut) grep -E '^listeners=CLIENTS://127.0.0.1:[0-9]*5,' "$file" ;;
    open) mv "$file.open" "$file" ;;
  esac
done
`

describeWith(['java', 'mvn', 'named', 'dig', 'openssl', 'curl'], 'runbooks/kafka/failover-dr', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const site = openDrSite(lab)
  const order = (given: Readonly<Record<string, string>> = {}): Order => ({
    name: 'failover-dr',
    approval: 'decide-to-move-the-clients-to-the-dr-cluster-decision',
    given: { DR_BROKERS: '1', DR_REPLICAS: '1', DR_IN_SYNC: '1', LOOK_SECONDS: '1', ...given },
  })

  beforeEach(() => site.prepare(), 300_000)

  describe('planned', () => {
    test('moves the clients and loses no record that was acknowledged, though the engine is killed on the way', async () => {
      const id = await site.begin(order())
      await site.killAt(id, 'stop-checkpoint +done')
      const ended = await site.end(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(await site.alias()).toBe('dr.lab.test.')
      await site.flows()
      await lab().lab('load', 'stop')
      const of = await site.report()
      site.tell('planned', 'dr', { of, stdout: ended.stdout })
      expect(site.sum(of, 'dr', 'lost')).toBe(0)
      expect(await site.acls('primary')).toContain('permissionType=DENY')
      expect(await site.connectors()).toMatchObject({ 'mm2-source': 'STOPPED', 'mm2-checkpoint': 'STOPPED' })
      expect(readFileSync(join(lab().root, 'runbooks/kafka/failover-dr.md'), 'utf8')).toMatch(/\| passed +\|/)
    }, 600_000)

    test('gives everything back when the name cannot be changed, in French', async () => {
      const french = {
        ...order({ DNS_KEY_FILE: site.wrongKey() }),
        name: 'failover-dr.fr',
        approval: 'decider-de-basculer-les-clients-vers-le-cluster-decision',
      } as const
      const ended = await site.run(french)
      expect(ended.code, ended.stdout + ended.stderr).toBe(3)
      expect(await site.alias()).toBe('primary.lab.test.')
      expect(await site.acls('primary')).not.toContain('DENY')
      await expect.poll(() => site.connectors(), { timeout: 30_000 }).toMatchObject({ 'mm2-source': 'RUNNING' })
      await site.flows()
      site.tell('planned, the name refused', 'primary', { of: await site.report(), stdout: ended.stdout })
      const lost = async (): Promise<number> => site.sum(await site.report(), 'dr', 'lost')
      await expect.poll(lost, { timeout: 60_000, interval: 1000 }).toBeLessThan(60)
    }, 600_000)
  })

  describe('unplanned', () => {
    /** Where the primary's own brokers meet, which no fence shuts. */
    const behind = (): string => {
      const file = readFileSync(join(lab().home, 'nodes/p1/server.properties'), 'utf8')
      return /BROKERS:\/\/(127\.0\.0\.1:\d+)/.exec(file)?.[1] ?? ''
    }
    const endOfOld = async (): Promise<string> =>
      (await lab().cli('kafka-get-offsets.sh', ['--bootstrap-server', behind(), '--topic', 'old'])).trim()
    /** A client that has only ever known the primary. */
    const writeAsOldClient = async (): Promise<void> => {
      const { PRIMARY_BOOTSTRAP: primary = '', CLIENT_CONFIG: admin = '' } = lab().env
      const own = readFileSync(admin.replace('admin', 'app'), 'utf8')
      const impatient = 'max.block.ms=4000\ndelivery.timeout.ms=5000\nrequest.timeout.ms=3000\nlinger.ms=0\n'
      writeFileSync(join(lab().root, 'old.properties'), `${own}${impatient}`, { mode: 0o600 })
      const producer = `kafka-console-producer.sh --bootstrap-server ${primary} --producer.config old.properties --topic old`
      await lab().exec(`echo late | timeout 20 ${producer}`)
    }
    test('does not end before the producers write, says what it cost, and keeps a primary that comes back shut', async () => {
      writeFileSync(join(lab().root, 'fence'), FENCE)
      chmodSync(join(lab().root, 'fence'), 0o755)
      await lab().cli('kafka-topics.sh', [...site.on('primary'), '--create', '--topic', 'old', '--partitions', '1'])
      await writeAsOldClient()
      expect(await endOfOld()).toBe('old:0:1')
      // A DR cluster that the producers may not write to: a switch that can wait does not begin.
      await site.keepOut('dr')
      const planned = await site.start(order())
      expect(planned.code, planned.stdout + planned.stderr).toBe(4)
      expect(planned.stdout).toContain('they may not write there: User:app on load')
      expect(await site.acls('primary')).not.toContain('DENY')
      // Neither dead nor alive: a broker that has lost its quorum.
      await lab().fault('kill', 'p2', 'p3')
      const unclear = await site.start(order({ LOOK_SECONDS: '4' }))
      expect(unclear.code, unclear.stdout + unclear.stderr).toBe(4)
      expect(unclear.stdout).toContain('neither dead nor whole')
      expect(await site.alias()).toBe('primary.lab.test.')
      // Lost for good: the switch goes on, and does not end before they write.
      await lab().fault('lose', 'primary')
      const shut = { FENCE_PRIMARY: './fence shut', PRIMARY_FENCED: './fence is-shut', VANTAGE: 'd1', WRITE_LIMIT: '10s' }
      const id = await site.begin(order(shut))
      const silent = await site.end(id)
      expect(silent.code, silent.stdout + silent.stderr).not.toBe(0)
      expect(silent.stdout).toContain('nobody writes to load')
      expect(await site.alias()).toBe('dr.lab.test.')
      await site.letIn('dr')
      const ended = await site.end(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      await site.flows()
      await lab().lab('load', 'stop')
      const of = await site.report()
      site.tell('unplanned', 'dr', { of, stdout: ended.stdout })
      // What the run measured is what the load knows: all of it was acknowledged by the primary, or is on the DR cluster.
      const lost = site.sum(of, 'dr', 'lost')
      expect(ended.stdout).toContain(lost === 0 ? 'RPO 0' : `"lost":${lost}`)
      const revived = await lab().exec('for node in p1 p2 p3; do $SVC_START $node & done; wait', { timeoutMs: 240_000 })
      expect(revived.code, revived.stdout + revived.stderr).toBe(0)
      await writeAsOldClient()
      expect(await endOfOld()).toBe('old:0:1')
      expect((await lab().exec('./fence open')).code).toBe(0)
      await lab().fault('lose', 'primary')
    }, 900_000)
  })
})
