import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { atBlock, killedAt } from '../../support/at-block.ts'
import { approveAs } from '../support/approve-as.ts'
import finalizeFeatures from '../../../steps/kafka/finalize-features.ts'
import { bench, execute } from '../../steps/support/tools.ts'
import { describeWith } from '../../support/describe-with.ts'
import { useLab } from '../support/lab.ts'
import { tell, underLoad, upgradeOf } from '../support/upgrade.ts'

const LONG_MS = 900_000

/** What a MirrorMaker 2 beside the cluster would have, by the names that 4.x knows. */
const MIRROR = `clusters = primary, dr
primary.bootstrap.servers = kafka-1:9092
dr.bootstrap.servers = kafka-dr-1:9092
primary->dr.enabled = true
primary->dr.topics = .*
primary->dr.topics.exclude = private
`

/** Minutes of real work: all of it on one cluster under one load, each test from where the one before ended. */
describeWith(['java', 'mvn'], 'runbooks/kafka/rolling-upgrade and finalise-features', () => {
  const lab = useLab({ topology: 'upgrade', security: 'tls-scram' })
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const config = (): string => lab().env['CLIENT_CONFIG'] ?? ''
  const { tool, level, leader, nothingLost, newHome, prove, words, run, quick, begun, resumed, resume, killAt } = upgradeOf(lab)
  const settings = (node: string): string => join(lab().home, 'nodes', node, 'server.properties')
  const newTool = (words: string): string =>
    `"$KAFKA_NEW_HOME/bin/kafka-features.sh" --bootstrap-server ${at()} --command-config ${config()} ${words}`

  /** The line of each node by what it speaks: Fetch from version 4 on is 4.x, from 0 on 3.x. */
  const lines = async (): Promise<Readonly<Record<string, 'new' | 'old'>>> => {
    const said = await tool('kafka-broker-api-versions.sh')
    const found = [...said.matchAll(/\(id: (\d+) [^\n]*\n(?:[^\n]*\n)*?\s+Fetch\(1\): (\d+) to/g)]
    return Object.fromEntries(found.map(([, id, from]) => [`p${id}`, from === '4' ? 'new' : 'old']))
  }
  const [allOld, allNew] = (['old', 'new'] as const).map((all) => ({ p1: all, p2: all, p3: all }))

  /** The nodes in the order of the upgrade: the active controller last. */
  const inOrder = async (): Promise<readonly string[]> => {
    const active = `p${await leader()}`
    return [...['p1', 'p2', 'p3'].filter((node) => node !== active), active]
  }

  const irreversible = ['--allow', 'irreversible:finalise']
  const finalise = () => run('finalise-features', ...irreversible)
  const back = () => run('roll-back-upgrade', '-p', `KAFKA_NEW_HOME=${newHome()}`)
  let first = ''
  let second = ''

  underLoad(lab)

  test(
    'a release that is too young, or without its proofs, is held back by the policy as it stands',
    async () => {
      const ended = await run('rolling-upgrade', ...quick({ RELEASED: new Date().toISOString().slice(0, 10) }))
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(ended.stdout).toContain('too early: 90_days after')
      expect(ended.stdout).toContain('no run of full_regression_testing is recorded')
      await prove()
    },
    LONG_MS,
  )

  test(
    'an archive that was cut short, a log that 4.x does not configure so, and clients that were not counted for long stop it before anything is done',
    async () => {
      const cut = join(lab().root, 'kafka_2.13-4.3.1.tar')
      const archive = lab().env['ARCHIVE'] ?? ''
      copyFileSync(`${archive}.sha512`, `${cut}.sha512`)
      copyFileSync(archive, cut)
      truncateSync(cut, 1_000_000)
      const wrong = await run('rolling-upgrade', ...quick({ ARCHIVE: cut }))
      expect(wrong.code, wrong.stdout + wrong.stderr).toBe(4)
      expect(wrong.stdout).toMatch(/kafka_2\.13-4\.3\.1\.tar is [0-9a-f]{128}, and should be [0-9a-f]{128}/)
      rmSync(cut)

      const own = join(lab().home, 'nodes/p3/service.env')
      writeFileSync(own, 'KAFKA_LOG4J_OPTS=-Dlog4j.configuration=file:/etc/kafka/log4j.properties\n')
      const logs = await run('rolling-upgrade', ...quick())
      expect(logs.code, logs.stdout + logs.stderr).toBe(4)
      expect(logs.stdout).toContain('p3: 4.x logs by log4j2')
      writeFileSync(own, 'KAFKA_LOG4J_OPTS=-Dlog4j2.configurationFile=/etc/kafka/log4j2.yaml\n')

      const young = await run('rolling-upgrade', ...quick({ CLIENTS_MS: '604800000' }))
      expect(young.code, young.stdout + young.stderr).toBe(4)
      expect(young.stdout).toMatch(/counted for less than 7 d: http\S+ for \d+ (s|min)/)
      expect(existsSync(newHome())).toBe(false)
    },
    LONG_MS,
  )

  test(
    'a node that does not come back is put back, the nodes before it stay, and nothing is lost',
    async () => {
      ;[first = '', second = ''] = await inOrder()
      // 4.x wants 1 MiB at least, 3.9 does not mind.
      appendFileSync(settings(second), 'log.segment.bytes=524288\n')
      writeFileSync(join(lab().root, 'mm2.properties'), MIRROR)
      const id = await begun('rolling-upgrade', { MIRROR_CONFIG: 'mm2.properties' })
      const ended = await resume(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(5)
      expect((await lab().reprise(['show', id])).stdout).toMatch(/^ *mirror +done/m)
      const row = /\| `r-\S+` *\|.*\| rolled-back-in-part, failed at start\\\[2\\\] *\|/
      expect(readFileSync(join(lab().root, 'runbooks/kafka/rolling-upgrade.md'), 'utf8')).toMatch(row)
      expect(await lines()).toEqual({ ...allOld, [first]: 'new' })
      expect(ended.stdout).toContain('p1: unpacked')
      // It runs from there, with the jars that were in the archive.
      const { stdout } = await lab().exec(`pgrep -af 'nodes/${first}/server.properties'`)
      expect(stdout).toContain(join(newHome(), 'libs/kafka_2.13-4.3.1.jar'))
      await nothingLost()
    },
    LONG_MS,
  )

  test(
    'finalising is refused while a node runs the old release, by the runbook and by its step, and nothing has changed',
    async () => {
      const ended = await finalise()
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(ended.stdout).toMatch(/does not support this feature|only supports versions/)
      const own = bench()
      const said = await execute(
        finalizeFeatures,
        { cluster: at(), config: config(), features: { 'metadata.version': 30 } },
        own.tools(),
      )
      own.remove()
      expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
      expect(await level()).toBe('3.9-IV0')
    },
    LONG_MS,
  )

  test(
    'once mended it goes on, also after its engine was killed, and nothing is lost',
    async () => {
      const unpacked = statSync(newHome()).ino
      writeFileSync(settings(second), readFileSync(settings(second), 'utf8').replace('log.segment.bytes=524288\n', ''))
      const id = await begun()
      await killAt(id, 'start[1]')
      const ended = await resume(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(await lines()).toEqual(allNew)
      expect(await level()).toBe('3.9-IV0')
      // What was unpacked already is left alone; the first node of this run is its canary, though it is not the first of all.
      expect(statSync(newHome()).ino).toBe(unpacked)
      expect([...ended.stdout.matchAll(/ (soak\[\d\]) +done/g)].map(([, key]) => key)).toEqual(['soak[1]'])
      const away = [...ended.stdout.matchAll(/(p\d) was away or behind for (\d+) s/g)].map(([, node, s]) => `${node} ${s} s`)
      tell('upgrade, its engine killed', `away ${away.join(', ')}; ${await nothingLost()}`)
    },
    LONG_MS,
  )

  test(
    'until it is finalised the whole cluster goes back, its engine and then a broker killed on the way, and nothing is lost',
    async () => {
      const id = await killedAt(lab(), words('roll-back-upgrade', '-p', `KAFKA_NEW_HOME=${newHome()}`), { block: 'start[1]' })
      const victim = Object.entries(await lines()).findLast(([, line]) => line === 'new')?.[0] ?? ''
      const ended = await atBlock(lab(), resumed(id), {
        block: 'whole',
        act: async () => {
          await lab().fault('kill', victim)
          await setTimeout(15_000)
          // It has seen that, and has stopped no other one.
          expect(Object.keys(await lines())).toHaveLength(2)
          const started = await lab().exec(`$SVC_START ${victim}`)
          expect(started.code, started.stdout + started.stderr).toBe(0)
        },
      })
      expect(ended.code, ended.stdout).toBe(0)
      expect(await lines()).toEqual(allOld)
      tell('back to the old release, its engine and a broker killed', await nothingLost())
    },
    LONG_MS,
  )

  test(
    'the French runbook does the same from the first node to the last, which is the active controller',
    async () => {
      const order = await inOrder()
      const id = await begun('rolling-upgrade.fr')
      const ended = await resume(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(await lines()).toEqual(allNew)
      const away = [...ended.stdout.matchAll(/(p\d) était absent ou en retard pendant (\d+) s/g)]
      expect(away.length).toBe(3)
      const turns = [
        ...ended.stdout.matchAll(/tour \d : (p\d) ; \d sur 3 ont la nouvelle version, le contrôleur actif est (\d)/g),
      ]
      expect(turns.slice(0, 2).filter(([, node, active]) => node === `p${active}`)).toEqual([])
      // A quorum that has another leader meanwhile, on a machine that does something else, may have it on a node that is done.
      if (new Set(turns.map(([, , active]) => active)).size === 1) expect(turns[2]?.[1]).toBe(order.at(-1))
      tell('upgrade', `away ${away.map(([, node, s]) => `${node} ${s} s`).join(', ')}; ${await nothingLost()}`)
    },
    LONG_MS,
  )

  test(
    'finalising changes nothing while a node is away',
    async () => {
      const id = await approveAs(lab(), await finalise(), { step: 'finalise', who: 'lead' })
      const [away = ''] = await inOrder()
      await lab().fault('kill', away)
      const ended = await resume(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(await level()).toBe('3.9-IV0')
      await lab().fault('clear')
    },
    LONG_MS,
  )

  test(
    'finalising waits for its approval, its engine killed before it and again once the cluster has taken it, and holds each level against what was asked',
    async () => {
      const killed = await killedAt(lab(), words('finalise-features', ...irreversible), { block: 'way-back' })
      const id = await approveAs(lab(), await resume(killed), { step: 'finalise', who: 'lead' })
      expect(await level()).toBe('3.9-IV0')
      await killAt(id, 'finalised')
      expect(await level()).not.toBe('3.9-IV0')
      const ended = await resume(id)
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(ended.stdout).toContain('metadata.version 30 is 4.3-IV0')
      const levels = (await lab().exec(newTool('describe'))).stdout
      expect(levels).toMatch(/metadata\.version.*FinalizedVersionLevel: 4\.3/)
      expect(levels).toMatch(/kraft\.version.*FinalizedVersionLevel: 0/)
    },
    LONG_MS,
  )

  test(
    'then the door is closed: no downgrade, no way back, and the old release does not start',
    async () => {
      const refused = await lab().exec(newTool('downgrade --feature metadata.version=21'))
      expect(refused.code, refused.stdout).not.toBe(0)
      const undone = await back()
      expect(undone.code, undone.stdout + undone.stderr).toBe(4)
      expect(undone.stdout).toContain('metadata.version is 4.3-IV0, expected 3.9-IV0')
      expect(await lines()).toEqual(allNew)
      const old = await lab().exec('$SVC_STOP p3 && $SVC_SWITCH p3 "$KAFKA_OLD_HOME" && $SVC_START p3')
      expect(old.code, old.stdout).not.toBe(0)
      expect(await lines()).toEqual({ p1: 'new', p2: 'new' })
      const again = await lab().exec('$SVC_STOP p3; $SVC_SWITCH p3 "$KAFKA_NEW_HOME" && $SVC_START p3')
      expect(again.code, again.stdout + again.stderr).toBe(0)
      await expect.poll(lines, { timeout: 60_000, interval: 1000 }).toEqual(allNew)
      await expect
        .poll(() => tool('kafka-topics.sh', '--describe', '--under-replicated-partitions'), { timeout: 60_000 })
        .toBe('')
      await nothingLost()
    },
    LONG_MS,
  )
})
