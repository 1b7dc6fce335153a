import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { openDrSite, runOf, type Order } from '../support/dr-site.ts'
import { useLab } from '../support/lab.ts'

describeWith(['java', 'mvn', 'named', 'dig', 'openssl', 'curl'], 'runbooks/kafka/failback', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const site = openDrSite(lab)
  /** Where the failover left the end of the DR cluster. */
  let marker = ''

  const failOver = async (): Promise<void> => {
    const given = { DR_BROKERS: '1', DR_REPLICAS: '1', DR_IN_SYNC: '1', LOOK_SECONDS: '1' }
    const id = await site.begin({ name: 'failover-dr', approval: 'decide-to-move-the-clients-to-the-dr-cluster-decision', given })
    const ended = await site.end(id)
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    marker = `.reprise/runs/${id}/artifacts/dr.json`
    await site.flows()
  }
  const failback = (given: Readonly<Record<string, string>> = {}): Order => ({
    name: 'failback',
    approval: 'until-decision',
    given: { DR_MARKER: marker, DRAIN_LIMIT: '90s', COPY_LIMIT: '3m', ...given },
  })
  /** As the failover left it: clients write on the DR cluster, the primary is closed, nothing of the attempt is there. */
  const isAsBefore = async (kind: string, ended: Ended): Promise<void> => {
    expect(await site.alias()).toBe('dr.lab.test.')
    expect(await site.acls('dr')).not.toContain('DENY')
    expect(await site.acls('primary')).toContain('DENY')
    expect(await site.connectors()).toEqual({ 'mm2-source': 'STOPPED', 'mm2-checkpoint': 'STOPPED', 'mm2-heartbeat': 'RUNNING' })
    await site.flows()
    const of = await site.report()
    site.tell(kind, 'dr', { of, stdout: ended.stdout })
    expect(site.sum(of, 'dr', 'lost')).toBe(0)
  }

  beforeAll(async () => {
    await site.prepare()
    await lab().cli('kafka-topics.sh', [...site.on('primary'), '--create', '--topic', 'primary-probe', '--partitions', '3'])
    await failOver()
  }, 600_000)

  test('producers that may not write to the primary keep it from beginning', async () => {
    await site.keepOut('primary')
    const ended = await site.start(failback())
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(ended.stdout).toContain('they may not write there: User:app on load')
    await site.letIn('primary')
    await isAsBefore('failback, producers not let in', ended)
  }, 600_000)

  test('a copy that has stopped keeps everything where it is, whatever its connector says', async () => {
    const id = await site.begin(failback({ DRAIN_LIMIT: '20s' }))
    expect((await lab().exec('curl --fail -sS -X PUT "$CONNECT_URL/connectors/failback-source/pause"')).code).toBe(0)
    await site.flows()
    const ended = await site.end(id)
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(readFileSync(join(lab().root, 'runbooks/kafka/failback.md'), 'utf8')).toMatch(/rolled-back, failed at copied/)
    await isAsBefore('failback, the copy stopped', ended)
  }, 600_000)

  test('gives everything back when the name cannot be changed, in French', async () => {
    const ended = await site.run({ ...failback({ DNS_KEY_FILE: site.wrongKey() }), name: 'failback.fr' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(readFileSync(join(lab().root, 'runbooks/kafka/failback.fr.md'), 'utf8')).toMatch(/annulé, échoué à dns/)
    await isAsBefore('failback, the name refused', ended)
  }, 600_000)

  test('brings the clients back with every record, though the engine is killed on the way', async () => {
    const id = await site.begin(failback())
    await site.killAt(id, 'seed-forward +done')
    const ended = await site.end(id)
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await site.alias()).toBe('primary.lab.test.')
    await site.flows()
    expect(await site.acls('primary')).not.toContain('DENY')
    expect(await site.acls('dr')).toContain('DENY')
    expect(await site.connectors()).toEqual({ 'mm2-source': 'RUNNING', 'mm2-checkpoint': 'RUNNING', 'mm2-heartbeat': 'RUNNING' })
    await expect
      .poll(async () => site.sum(await site.report(), 'dr', 'lost'), { timeout: 60_000, interval: 1000 })
      .toBeLessThan(60)
    const of = await site.report()
    site.tell('failback', 'primary', { of, stdout: ended.stdout })
    expect([site.sum(of, 'primary', 'lost'), site.sum(of, 'primary', 'duplicated')]).toEqual([0, 0])
    expect(site.sum(of, 'dr', 'duplicated')).toBe(0)
  }, 600_000)

  test('records that only a dead primary had are kept before anything is overwritten, and come back where that is wanted, though a first attempt is given up', async () => {
    expect((await lab().exec('curl --fail -sS -X PUT "$CONNECT_URL/connectors/mm2-source/pause"')).code).toBe(0)
    await site.flows()
    await lab().fault('lose', 'primary')
    await failOver()
    const lost = site.sum(await site.report(), 'dr', 'lost')
    expect(lost).toBeGreaterThan(30)
    await lab().fault('clear')
    const stopped = await site.start(failback())
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(1)
    expect(stopped.stdout).toMatch(/failed at orphans-decided/)
    expect(await site.alias()).toBe('dr.lab.test.')
    const kept = readFileSync(join(lab().root, `.reprise/runs/${runOf(stopped)}/artifacts/orphans.jsonl`), 'utf8')
    // Beside what was acknowledged, what was on its way when the primary died, and was written again.
    const orphans = kept.split('\n').length - 1
    expect(orphans).toBeGreaterThanOrEqual(lost)
    // An attempt that has emptied the topic and is then given up: the next one is told of it, and goes on.
    const givenUp = await site.start(failback({ ORPHANS: 'replay', MAX_LAG: '0', COPY_LIMIT: '1s' }))
    expect(givenUp.stdout, givenUp.stderr).toMatch(/empty +done/)
    expect(givenUp.stdout).toMatch(/failed at close/)
    const ended = await site.run(failback({ EARLIER: `.reprise/runs/${runOf(givenUp)}/artifacts/goes-on.json` }))
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await site.alias()).toBe('primary.lab.test.')
    await site.flows()
    await lab().lab('load', 'stop')
    const of = await site.report()
    site.tell(`failback with ${orphans} orphans`, 'primary', { of, stdout: ended.stdout })
    expect(site.sum(of, 'primary', 'lost')).toBe(0)
    expect(site.sum(of, 'primary', 'duplicated')).toBeLessThanOrEqual(orphans - lost)
  }, 900_000)
})
