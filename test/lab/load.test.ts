import { expect, test } from 'vitest'
import type { LoadReport } from '../../steps/kafka/lab/load-report.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { countOf } from './support/load-count.ts'

describeWith(['java', 'mvn'], 'the load of a lab', () => {
  const lab = useLab({ topology: 'dr' })
  const report = (): Promise<LoadReport> => lab().loadReport()
  const lostOn = async (cluster: 'primary' | 'dr'): Promise<number> => countOf(await report(), cluster, 'lost')

  test('loses nothing that was acknowledged when a broker dies, and tells how long nothing was acknowledged', async () => {
    expect((await lab().lab('load', 'start', '--partitions', '3', '--rate', '30')).code).toBe(0)
    await expect.poll(async () => (await report()).read, { timeout: 20_000 }).toBeGreaterThan(30)
    expect((await report()).longestGapMs).toBeLessThan(2500)
    await lab().fault('kill', 'p1')
    const { acknowledged } = await report()
    await expect.poll(async () => (await report()).acknowledged, { timeout: 30_000 }).toBeGreaterThan(acknowledged + 30)
    expect(await lostOn('primary')).toBe(0)
    expect(Math.max(...(await report()).gapsMs)).toBeGreaterThan(1000)
  })

  test('tells what the other side has not, when a link of the mirror is gone and the clients move there', async () => {
    await lab().fault('clear')
    await expect.poll(() => lostOn('dr'), { timeout: 30_000 }).toBeLessThan(20)
    await lab().fault('connector', 'mm2-source', 'stop')
    const { acknowledged } = await report()
    await expect.poll(async () => (await report()).acknowledged, { timeout: 30_000 }).toBeGreaterThan(acknowledged + 30)
    await lab().fault('lose', 'primary')
    const lost = await lostOn('dr')
    expect(lost).toBeGreaterThan(30)
    expect((await report()).clusters['primary']).toBeNull()
    expect((await lab().lab('load', 'switch', 'dr')).code).toBe(0)
    const before = (await report()).acknowledged
    await expect.poll(async () => (await report()).acknowledged, { timeout: 30_000 }).toBeGreaterThan(before + 10)
    expect(await lostOn('dr')).toBe(lost)
    expect((await lab().lab('load', 'stop')).stdout).toBe('load: stopped\n')
    expect((await lab().lab('load', 'fly')).code).toBe(2)
    await lab().fault('clear')
  })
})
