import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import { openDrSite, type Order } from '../support/dr-site.ts'
import { useLab } from '../support/lab.ts'

describeWith(['java', 'mvn', 'named', 'dig', 'openssl', 'curl'], 'runbooks/kafka/failover-dr', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const site = openDrSite(lab)
  const order = (given: Readonly<Record<string, string>> = {}): Order => ({
    name: 'failover-dr',
    approval: 'lag-decision',
    given: { DR_BROKERS: '1', DR_REPLICAS: '1', DR_IN_SYNC: '1', ...given },
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

    test('gives everything back when the name cannot be changed', async () => {
      const ended = await site.run(order({ DNS_KEY_FILE: site.wrongKey() }))
      expect(ended.code, ended.stdout + ended.stderr).toBe(3)
      expect(await site.alias()).toBe('primary.lab.test.')
      expect(await site.acls('primary')).not.toContain('DENY')
      await expect.poll(() => site.connectors(), { timeout: 30_000 }).toMatchObject({ 'mm2-source': 'RUNNING' })
      await site.flows()
      const lost = async (): Promise<number> => site.sum(await site.report(), 'dr', 'lost')
      await expect.poll(lost, { timeout: 60_000, interval: 1000 }).toBeLessThan(60)
    }, 600_000)
  })

  test('unplanned: moves the clients away from a dead primary, and says what that cost', async () => {
    await lab().fault('lose', 'primary')
    const ended = await site.run(order())
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await site.alias()).toBe('dr.lab.test.')
    await site.flows()
    await lab().lab('load', 'stop')
    const of = await site.report()
    site.tell('unplanned', 'dr', { of, stdout: ended.stdout })
    // What the run measured is what the load knows: all of it was acknowledged by the primary, or is on the DR cluster.
    const lost = site.sum(of, 'dr', 'lost')
    expect(ended.stdout).toContain(lost === 0 ? 'RPO 0' : `"lost":${lost}`)
  }, 600_000)
})
