import { beforeAll, beforeEach, expect, test } from 'vitest'
import connector from '../../steps/connect/connector.ts'
import offsets from '../../steps/connect/offsets.ts'
import remove from '../../steps/connect/remove.ts'
import restart from '../../steps/connect/restart.ts'
import state from '../../steps/connect/state.ts'
import status from '../../steps/connect/status.ts'
import type { StepType } from '../../engine/index.ts'
import { mirrorProperties } from '../../steps/kafka/support/tables/mirror-properties.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'

describeWith(['java', 'mvn'], 'Kafka Connect', () => {
  const lab = useLab({ topology: 'dr' })
  let own: Bench
  let url = ''
  let heartbeat: object = {}
  beforeAll(() => {
    url = lab().env['CONNECT_URL'] ?? ''
    heartbeat = {
      'connector.class': 'org.apache.kafka.connect.mirror.MirrorHeartbeatConnector',
      'source.cluster.alias': 'a',
      'target.cluster.alias': 'b',
      'target.cluster.bootstrap.servers': lab().env['DR_BOOTSTRAP'],
      'heartbeats.topic.replication.factor': 1,
    }
  })
  beforeEach(() => void (own = bench()))

  const at = (more: object): Record<string, unknown> => ({ url, ...more })
  const run = (type: StepType, more: object) => execute(type, at(more), own.tools())
  const look = async (type: StepType, more: object) => type.check?.(type.input.parse(at(more)), own.tools() as never)
  const undo = async (type: StepType, more: object, before: any) =>
    type.undo?.(type.input.parse(at(more)), { before, output: undefined }, own.tools() as never)
  /** What Connect itself says, asked with curl and not with our own client. */
  const seen = async (path: string): Promise<any> => JSON.parse((await lab().exec(`curl -sS "$CONNECT_URL${path}"`)).stdout)

  test('a connector is created once, found again, changed, and undone', async () => {
    const hb = { connector: 'hb', config: heartbeat }
    expect(await look(connector, hb)).toMatchObject({ status: 'needed', before: { config: null } })
    expect(await run(connector, hb)).toMatchObject({ status: 'done', output: { created: true } })
    expect(await look(connector, hb)).toMatchObject({ status: 'done' })
    expect(await run(connector, hb)).toMatchObject({ status: 'done', output: { created: false, changed: [] } })
    const slower = { connector: 'hb', config: { ...heartbeat, 'emit.heartbeats.interval.seconds': 5 } }
    const found = await look(connector, slower)
    expect(found).toMatchObject({ status: 'needed' })
    expect(await run(connector, slower)).toMatchObject({ output: { changed: ['emit.heartbeats.interval.seconds'] } })
    expect(await undo(connector, slower, found?.before)).toMatchObject({ status: 'done' })
    expect(await seen('/connectors/hb/config')).not.toHaveProperty('emit.heartbeats.interval.seconds')
    expect(await undo(connector, hb, { config: null, isMasked: false })).toMatchObject({ status: 'done' })
    expect(await seen('/connectors')).not.toContain('hb')
  })

  test.each(['source', 'checkpoint', 'heartbeat'] as const)(
    'the properties that the lint knows of the %s connector are those of this Connect',
    async (part) => {
      const name = `Mirror${part.charAt(0).toUpperCase()}${part.slice(1)}Connector`
      const body = JSON.stringify({ 'connector.class': `org.apache.kafka.connect.mirror.${name}`, name: 'x' })
      const path = `/connector-plugins/${name}/config/validate`
      const asked = await lab().exec(`curl -sS -X PUT -H 'Content-Type: application/json' -d '${body}' "$CONNECT_URL${path}"`)
      const said = JSON.parse(asked.stdout) as { readonly configs: readonly { readonly definition: { readonly name: string } }[] }
      const names = said.configs.map(({ definition }) => definition.name)
      const rows = mirrorProperties.rows.filter((row) => ['connector', 'security', part].includes(row.part))
      const known = rows.flatMap(({ both, only43 }) => [...both, ...only43])
      expect(names.length).toBeGreaterThan(80)
      expect(names.filter((one) => !known.includes(one))).toEqual([])
      expect(known.filter((one) => !names.includes(one))).toEqual([])
    },
  )

  test('what Connect refuses has changed nothing', async () => {
    const bad = { connector: 'bad', config: { 'connector.class': 'no.such.Connector' } }
    expect(await run(connector, bad)).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(await run(state, { connector: 'nope', to: 'PAUSED' })).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(await seen('/connectors')).not.toContain('bad')
  })

  test('it is paused, stopped and resumed, each waited for, and brought back', async () => {
    await run(connector, { connector: 'hb', config: heartbeat })
    expect(await run(state, { connector: 'hb', to: 'RUNNING', tasks: 1 })).toMatchObject({ status: 'done' })
    const found = await look(state, { connector: 'hb', to: 'PAUSED' })
    expect(found).toMatchObject({ status: 'needed', before: { state: 'RUNNING' } })
    expect(await run(state, { connector: 'hb', to: 'PAUSED' })).toMatchObject({ status: 'done', output: { state: 'PAUSED' } })
    expect(await run(state, { connector: 'hb', to: 'STOPPED' })).toMatchObject({ status: 'done', output: { tasks: 0 } })
    expect(await seen('/connectors/hb/status')).toMatchObject({ connector: { state: 'STOPPED' }, tasks: [] })
    expect(await undo(state, { connector: 'hb', to: 'PAUSED' }, found?.before)).toMatchObject({ status: 'done' })
    expect(await seen('/connectors/hb/status')).toMatchObject({ connector: { state: 'RUNNING' }, tasks: [{ state: 'RUNNING' }] })
  })

  test('the status counts tasks and workers, and names what is missing', async () => {
    await run(connector, { connector: 'hb', config: heartbeat })
    await run(state, { connector: 'hb', to: 'RUNNING', tasks: 1 })
    expect(await run(status, { connectors: ['hb'], tasks: { hb: 1 }, workers: 1 })).toMatchObject({
      verdict: 'pass',
      output: { tasks: 1 },
    })
    const few = await run(status, { connectors: ['hb', 'gone'], tasks: { hb: 2 }, workers: 2 })
    expect(few).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(few.summary).toBe('hb has 1 of 2 tasks; gone is not there; 1 of 2 workers hold them')
    expect(await run(status, { connectors: ['hb'], state: 'STOPPED' })).toMatchObject({ verdict: 'fail' })
  })

  test('a connector whose task fails is seen to fail, and runs again after a restart', async () => {
    // A heartbeat's own producer is sent where nobody listens for a partition: its task ends with an error.
    const broken = { ...heartbeat, 'producer.override.max.block.ms': 500, 'producer.override.bootstrap.servers': '127.0.0.1:1' }
    await run(connector, { connector: 'broken', config: broken })
    await expect
      .poll(async () => (await run(status, { connectors: ['broken'] })).output?.failed, { timeout: 60_000, interval: 1000 })
      .toBeGreaterThan(0)
    const failed = await run(status, { connectors: ['broken'] })
    expect(failed).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(failed.summary).toMatch(/task 0 of broken is FAILED: .+/)
    expect(await look(restart, { connector: 'broken' })).toMatchObject({ status: 'needed' })
    expect(await undo(connector, { connector: 'broken', config: broken }, { config: null, isMasked: false })).toMatchObject({
      status: 'done',
    })
    await run(connector, { connector: 'hb', config: heartbeat })
    expect(await run(restart, { connector: 'hb', onlyFailed: false, tasks: 1 })).toMatchObject({
      status: 'done',
      output: { tasks: 1 },
    })
    expect(await look(restart, { connector: 'hb' })).toMatchObject({ status: 'done' })
  })

  test('offsets are set only while it is stopped, read back, and put back', async () => {
    const moved = {
      connector: 'hb',
      offsets: [{ partition: { sourceClusterAlias: 'x', targetClusterAlias: 'y' }, offset: { offset: 0 } }],
    }
    await run(connector, { connector: 'hb', config: heartbeat })
    await run(state, { connector: 'hb', to: 'RUNNING' })
    expect(await run(offsets, moved)).toMatchObject({ status: 'not-started', verdict: 'fail' })
    await run(state, { connector: 'hb', to: 'STOPPED' })
    const found = await look(offsets, moved)
    expect(found).toMatchObject({ status: 'needed', before: [{ offset: null }] })
    expect(await run(offsets, moved)).toMatchObject({ status: 'done', output: { set: 1, changed: 1 } })
    expect((await seen('/connectors/hb/offsets')).offsets).toContainEqual(moved.offsets[0])
    expect(await run(offsets, moved)).toMatchObject({ output: { set: 1, changed: 0 } })
    expect(await undo(offsets, moved, found?.before)).toMatchObject({ status: 'done' })
    expect((await seen('/connectors/hb/offsets')).offsets).not.toContainEqual(moved.offsets[0])
  })

  test('it is removed once, and created again as it was', async () => {
    await run(connector, { connector: 'hb', config: heartbeat })
    await run(state, { connector: 'hb', to: 'PAUSED' })
    const found = await look(remove, { connector: 'hb' })
    expect(await run(remove, { connector: 'hb' })).toMatchObject({ status: 'done', output: { removed: true } })
    expect(await run(remove, { connector: 'hb' })).toMatchObject({ status: 'done', output: { removed: false } })
    expect(await look(remove, { connector: 'hb' })).toMatchObject({ status: 'done' })
    expect(await undo(remove, { connector: 'hb' }, found?.before)).toMatchObject({ status: 'done' })
    await expect.poll(async () => (await seen('/connectors/hb/status')).connector?.state, { timeout: 20_000 }).toBe('PAUSED')
    await run(remove, { connector: 'hb' })
  })

  test('a worker that does not answer is unknown, and nothing has started where it was never reached', async () => {
    const nobody = { url: 'http://127.0.0.1:9', timeoutMs: 2000 }
    for (const [type, more] of [
      [status, {}],
      [state, { connector: 'hb', to: 'PAUSED' }],
      [connector, { connector: 'hb', config: heartbeat }],
      [offsets, { connector: 'hb', offsets: [{ partition: { a: 'b' }, offset: null }] }],
      [restart, { connector: 'hb' }],
      [remove, { connector: 'hb' }],
    ] as const) {
      const said = await run(type as StepType, { ...more, ...nobody })
      expect(said.status).not.toBe('done')
      expect(said.verdict).toBe('unknown')
      if (type !== status) expect(await look(type as StepType, { ...more, ...nobody })).not.toMatchObject({ status: 'done' })
    }
  })

  test('with its worker stopped in mid-air the status is unknown within its deadline', async () => {
    await lab().fault('pause', 'connect')
    const began = performance.now()
    expect(await run(status, { timeoutMs: 3000 })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(performance.now() - began).toBeLessThan(8000)
    await lab().fault('clear')
  })
})
