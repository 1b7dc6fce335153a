import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import type { LoadReport } from '../../../steps/kafka/lab/load-report.ts'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import { useLab } from '../support/lab.ts'
import { countOf } from '../support/load-count.ts'

const file = 'runbooks/kafka/kraft-migration.md'

/** Minutes of real work on one cluster under one load: taken back from migration mode, taken back from KRaft, and completed. */
describeWith(['java', 'mvn'], 'runbooks/kafka/kraft-migration', () => {
  const lab = useLab({ topology: 'migration' })
  const at = (): string[] => ['--bootstrap-server', lab().env['PRIMARY_BOOTSTRAP'] ?? '']
  const reprise = `'${process.execPath}' '${program}'`
  const goOn = (id: string): string => `${reprise} resume ${id} --unattended --as operator --rollback ask`

  /** How each broker runs, as it says itself. */
  const modes = async (): Promise<string[]> => {
    const all: string[] = []
    for (const id of ['1', '2', '3']) {
      const asked = `kafka-configs.sh ${at().join(' ')} --describe --all --entity-type brokers --entity-name ${id}`
      const { stdout } = must(await lab().exec(asked, slow), 0)
      const isMigrating = / zookeeper\.metadata\.migration\.enable=true /.test(stdout)
      all.push(`${id}: ${/ process\.roles=broker /.test(stdout) ? 'kraft' : isMigrating ? 'migration' : 'zk'}`)
    }
    return all
  }
  /** What ZooKeeper has there; null where it has nothing. */
  const inZooKeeper = async (...words: readonly string[]): Promise<string | null> => {
    const { code, stdout, stderr } = await lab().exec(`zookeeper-shell.sh -server "$ZOOKEEPER" ${words.join(' ')}`)
    if (code === 1 && stderr.includes('Node does not exist')) return null
    expect(code, stdout + stderr).toBe(0)
    return stdout.trim().split('\n').at(-1) ?? ''
  }
  const report = (): Promise<LoadReport> => lab().loadReport()
  /** What was acknowledged is there, by the lab's own reading and by how far the cluster says that its partitions go. */
  const nothingLost = async (): Promise<LoadReport> => {
    expect(await lab().cli('kafka-topics.sh', [...at(), '--describe', '--under-replicated-partitions'])).toBe('')
    const seen = await report()
    const ends = await lab().cli('kafka-get-offsets.sh', [...at(), '--topic', seen.topic])
    const records = ends
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.split(':')[2]), 0)
    expect(records).toBeGreaterThanOrEqual(seen.acknowledged)
    expect(seen.clusters.primary?.map(({ lost }) => lost)).toEqual([0, 0, 0])
    return seen
  }
  /** The figures, for the README. */
  const tell = (what: string, of: LoadReport): void => {
    const records = `${of.acknowledged} acknowledged, 0 lost, ${countOf(of, 'primary', 'duplicated')} duplicated`
    process.stdout.write(`${what}: ${records}, longest gap ${of.longestGapMs} ms\n`)
  }
  /** ZooKeeper has the cluster again, as if nothing had been. */
  const isBack = async (): Promise<void> => {
    expect(await modes()).toEqual(['1: zk', '2: zk', '3: zk'])
    expect(await inZooKeeper('get', '/controller')).toContain('"kraftControllerEpoch":-1')
    expect(await inZooKeeper('get', '/migration')).toBeNull()
    expect(await inZooKeeper('ls', '/brokers/ids')).toBe('[1, 2, 3]')
    expect((await lab().exec('$SVC_STATUS $CONTROLLER_NODE')).code).toBe(3)
  }
  const started = ({ stdout }: Ended): string => /r-\d{6}-\w+/.exec(stdout)?.[0] ?? ''
  const must = (ended: Ended, code: number): Ended => {
    expect(ended.code, ended.stdout + ended.stderr).toBe(code)
    return ended
  }
  const slow = { timeoutMs: 1_000_000 }
  /** To the first gate. */
  const begin = async (): Promise<string> => {
    const given = ['-p', 'SOAK=3s', '-p', 'MAX_DISK_PCT=99', '--allow', 'irreversible:finalise']
    const answers = ['--answers', file.replace('.md', '.answers.yaml')]
    const words = ['run', file, '-e', 'lab', '--unattended', '--as', 'operator', '--rollback', 'ask', ...answers, ...given]
    return started(must(await lab().reprise(words), 6))
  }
  const approve = (id: string, gate: string) => lab().exec(`echo approve | ${reprise} approve ${id} ${gate}-approval --as lead`)
  const passGate = async (id: string, gate: string): Promise<Ended> => {
    must(await approve(id, gate), 0)
    return lab().exec(goOn(id), slow)
  }

  beforeAll(async () => {
    copyRunbooks(lab().root)
    // What would be days old is old in seconds.
    writeFileSync(join(lab().root, 'reprise.yaml'), 'policy:\n  limits: { fresh: 20s }\n')
    must(await lab().lab('load', 'start', '--partitions', '3', '--rate', '30'), 0)
  }, 300_000)
  afterAll(async () => {
    await lab().lab('load', 'stop')
    // ZooKeeper is no more: the next one begins with an own.
    await lab().stop()
  }, 300_000)

  test('a broker that does not come back keeps its old file, a killed engine goes on, and migration mode is taken back', async () => {
    const wrong = join(lab().home, 'nodes/p2/migration.properties')
    const right = readFileSync(wrong, 'utf8')
    appendFileSync(wrong, 'log.segment.bytes=1\n')
    // Given up where there are controllers only, and begun anew.
    must(await lab().exec(`${reprise} rollback ${await begin()} --unattended`, slow), 3)
    await isBack()
    const id = await begin()
    expect(await modes()).toEqual(['1: zk', '2: zk', '3: zk'])
    must(await passGate(id, 'quorum'), 5)
    expect(await modes()).toEqual(['1: migration', '2: zk', '3: zk'])
    expect(await inZooKeeper('get', '/controller')).toContain('"kraftControllerEpoch":-1')
    await nothingLost()

    writeFileSync(wrong, right)
    const killed = `${goOn(id)} & until $SVC_PHASE p3 | grep -q migration; do sleep 0.2; done; sleep 1; kill -9 $!; wait $!`
    must(await lab().exec(killed, slow), 137)
    must(await lab().exec(goOn(id), slow), 6)
    expect(await modes()).toEqual(['1: migration', '2: migration', '3: migration'])
    expect(await inZooKeeper('get', '/controller')).toContain('"brokerid":3000')
    await nothingLost()

    must(await lab().exec(`${reprise} rollback ${id} --unattended`, slow), 3)
    await isBack()
    await nothingLost()
  }, 600_000)

  test('a gate looks again at what has changed since, and KRaft brokers are taken back to ZooKeeper', async () => {
    const id = await begin()
    must(await passGate(id, 'quorum'), 6)
    await lab().fault('kill', 'p3')
    must(await passGate(id, 'probe'), 1)
    expect(await inZooKeeper('ls', '/brokers/topics')).not.toContain('kraft-migration-probe')
    await lab().fault('clear')
    must(await lab().exec(goOn(id), slow), 6)
    expect(await modes()).toEqual(['1: kraft', '2: kraft', '3: kraft'])
    expect(await inZooKeeper('ls', '/brokers/ids')).toBe('[]')
    expect(await inZooKeeper('ls', '/brokers/topics')).toContain('kraft-migration-probe')
    await nothingLost()

    must(await lab().exec(`${reprise} rollback ${id} --unattended`, slow), 3)
    await isBack()
    expect(await lab().cli('kafka-topics.sh', [...at(), '--list'])).not.toContain('kraft-migration-probe')
    await nothingLost()
  }, 600_000)

  test('through all phases ZooKeeper is switched off, and no acknowledged record is lost', async () => {
    const id = await begin()
    must(await passGate(id, 'quorum'), 6)
    for (const [gate, code] of [
      ['probe', 6],
      ['ready', 0],
    ] as const) {
      const { stdout } = must(await passGate(id, gate), code)
      // What had to hold at the start is looked at again before the next change.
      expect(stdout).toMatch(/^\S+ +offline +done/m)
    }
    expect(await modes()).toEqual(['1: kraft', '2: kraft', '3: kraft'])
    const quorum = await lab().cli('kafka-metadata-quorum.sh', [...at(), 'describe', '--status'])
    expect(quorum).toMatch(/^LeaderId: +3000$/m)
    const observers = /^CurrentObservers: (.*)$/m.exec(quorum)?.[1] ?? ''
    expect([...observers.matchAll(/"id": (\d+)/g)].map(([, id]) => Number(id)).toSorted((one, other) => one - other)).toEqual([
      1, 2, 3,
    ])
    expect((await lab().exec('$SVC_STATUS zk')).code).toBe(3)
    await lab().cli('kafka-topics.sh', [
      ...at(),
      '--create',
      '--topic',
      'after',
      '--partitions',
      '1',
      '--replication-factor',
      '3',
    ])
    expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/\| `r-\S+` *\|.*\| passed *\|/)
    tell('ZooKeeper to KRaft, three times taken back before', await nothingLost())
  }, 600_000)
})
