import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import { cli } from '../../support/reprise.ts'
import { useLab } from '../support/lab.ts'

const shipped = fileURLToPath(new URL('../../../runbooks/', import.meta.url))

interface Report {
  readonly topic: string
  readonly acknowledged: number
  readonly longestGapMs: number
  readonly clusters: { readonly primary: readonly { readonly lost: number; readonly duplicated: number }[] | null }
}

/** Minutes of real work: all of it on one cluster under one load, each test from where the one before ended. */
describeWith(['java', 'mvn'], 'runbooks/kafka/rolling-upgrade and finalise-features', () => {
  const lab = useLab({ topology: 'upgrade' })
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  const settings = (node: string): string => join(lab().home, 'nodes', node, 'server.properties')
  const newTool = (words: string): string => `"$KAFKA_NEW_HOME/bin/kafka-features.sh" --bootstrap-server ${at()} ${words}`

  /** The line of each node by what it speaks: Fetch from version 4 on is 4.x, from 0 on 3.x. */
  const lines = async (): Promise<string[]> => {
    const said = await tool('kafka-broker-api-versions.sh')
    const found = [...said.matchAll(/\(id: (\d+) [^\n]*\n(?:[^\n]*\n)*?\s+Fetch\(1\): (\d+) to/g)]
    return found.map(([, id, from]) => `${id}: ${from === '4' ? 'new' : 'old'}`).toSorted()
  }
  const report = async (): Promise<Report> => JSON.parse((await lab().lab('load', 'report', '--json')).stdout) as Report
  /** What was acknowledged is there, by the lab's own reading and by how far the cluster says that its partitions go. */
  const nothingLost = async (): Promise<Report> => {
    const seen = await report()
    const ends = await tool('kafka-get-offsets.sh', '--topic', seen.topic)
    const records = ends
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.split(':')[2]), 0)
    expect(seen.acknowledged).toBeGreaterThan(100)
    expect(records).toBeGreaterThanOrEqual(seen.acknowledged)
    expect(seen.clusters.primary?.map(({ lost }) => lost)).toEqual([0, 0, 0])
    return seen
  }
  const run = (name: string, ...words: readonly string[]) => {
    const file = `runbooks/kafka/${name}`
    return lab().reprise(['run', `${file}.md`, '-e', 'lab', '--unattended', '--answers', `${file}.answers.yaml`, ...words])
  }
  const upgrade = (...words: readonly string[]) => run('rolling-upgrade', '-p', 'SOAK=4s', ...words)
  const finalise = () => run('finalise-features', '--as', 'operator', '--allow', 'irreversible:finalise')

  beforeAll(async () => {
    cpSync(shipped, join(lab().root, 'runbooks'), { recursive: true })
    const started = await lab().lab('load', 'start', '--partitions', '3', '--rate', '30')
    expect(started.code, started.stderr).toBe(0)
  }, 60_000)
  afterAll(async () => {
    await lab().lab('load', 'stop')
    // Its data know the new release only: the next one begins with an own.
    await lab().stop()
  }, 60_000)

  test('a node that does not come back is put back, the nodes before it stay, and nothing is lost', async () => {
    // 4.x wants 1 MiB at least, 3.9 does not mind.
    appendFileSync(settings('p2'), 'log.segment.bytes=524288\n')
    const ended = await upgrade('-p', 'START_LIMIT=40s')
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    const row = /\| `r-\S+` *\|.*\| rolled-back-in-part, failed at start *\|/
    expect(row.test(readFileSync(join(lab().root, 'runbooks/kafka/rolling-upgrade.md'), 'utf8'))).toBe(true)
    expect(await lines()).toEqual(['1: new', '2: old', '3: old'])
    expect(await tool('kafka-topics.sh', '--describe', '--under-replicated-partitions')).toBe('')
    await nothingLost()
  }, 300_000)

  test('finalising is refused while a node runs the old release, and nothing has changed', async () => {
    const before = await tool('kafka-features.sh', 'describe')
    const ended = await finalise()
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(ended.stdout).toMatch(/does not support this feature|only supports versions/)
    const level = /metadata\.version.*FinalizedVersionLevel: (\S+)/
    expect(level.exec(await tool('kafka-features.sh', 'describe'))?.[1]).toBe(level.exec(before)?.[1])
  }, 60_000)

  test('once mended it goes on: the node that has the release is passed over, the others follow', async ({ annotate }) => {
    const text = readFileSync(settings('p2'), 'utf8')
    writeFileSync(settings('p2'), text.replace('log.segment.bytes=524288\n', ''))
    const ended = await upgrade()
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await lines()).toEqual(['1: new', '2: new', '3: new'])
    expect(await tool('kafka-features.sh', 'describe')).toMatch(/metadata\.version.*FinalizedVersionLevel: 3\.9-IV0/)
    const { acknowledged, longestGapMs } = await nothingLost()
    const away = [...ended.stdout.matchAll(/(p\d) was away or behind for (\d+) s/g)].map(([, node, s]) => `${node} ${s} s`)
    expect(away.length).toBe(2)
    await annotate(`away ${away.join(', ')}; ${acknowledged} acknowledged, 0 lost, longest gap ${longestGapMs} ms`)
  }, 300_000)

  test('finalising waits for its approval, and then the door is closed: the old release does not start any more', async () => {
    const asked = await finalise()
    expect(asked.code, asked.stdout + asked.stderr).toBe(6)
    const [last] = JSON.parse((await lab().reprise(['runs', '--json'])).stdout) as { run: string; result: string }[]
    const approved = await lab().exec(
      `echo approve | node '${cli}' approve ${last?.run} finalise --as lead && node '${cli}' resume ${last?.run} --unattended`,
    )
    expect(approved.code, approved.stdout + approved.stderr).toBe(0)
    const levels = (await lab().exec(newTool('describe'))).stdout
    expect(levels).toMatch(/metadata\.version.*FinalizedVersionLevel: 4\.3/)
    expect(levels).toMatch(/kraft\.version.*FinalizedVersionLevel: 0/)
    const back = await lab().exec(newTool('downgrade --feature metadata.version=21'))
    expect(back.code, back.stdout).not.toBe(0)
    const old = await lab().exec('$SVC_STOP p3 && $SVC_SWITCH p3 "$KAFKA_OLD_HOME" && timeout 30 $SVC_START p3')
    expect(old.code, old.stdout).not.toBe(0)
    expect(await lines()).toEqual(['1: new', '2: new'])
    const again = await lab().exec('$SVC_STOP p3; $SVC_SWITCH p3 "$KAFKA_NEW_HOME" && $SVC_START p3')
    expect(again.code, again.stdout + again.stderr).toBe(0)
    await expect.poll(lines, { timeout: 30_000, interval: 1000 }).toEqual(['1: new', '2: new', '3: new'])
    await nothingLost()
  }, 300_000)
})
