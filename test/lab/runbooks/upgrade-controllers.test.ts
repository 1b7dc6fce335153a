import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { atBlock } from '../../support/at-block.ts'
import { describeWith } from '../../support/describe-with.ts'
import { useLab } from '../support/lab.ts'
import { tell, underLoad, upgradeOf } from '../support/upgrade.ts'

const LONG_MS = 900_000
const BROKERS = ['p1', 'p2', 'p3']

/** Minutes of real work on one cluster of three controllers and three brokers, under one load. */
describeWith(['java', 'mvn'], 'runbooks/kafka/rolling-upgrade with controllers of their own', () => {
  const lab = useLab({ topology: 'upgrade-controllers' })
  const { leader, level, nothingLost, prove, begun, resumed, killAt } = upgradeOf(lab)
  const controllers = (): readonly string[] => (lab().env['CONTROLLER_NODES'] ?? '').split(',')
  const nodes = (): readonly string[] => [...controllers(), ...BROKERS]
  const own = (): Readonly<Record<string, string>> => ({
    CONTROLLER_NODES: lab().env['CONTROLLER_NODES'] ?? '',
    CONTROLLER_IDS: lab().env['CONTROLLER_IDS'] ?? '',
    TURNS: '1,2,3,4,5,6',
    // Longer than a voter may not have been heard of.
    STEADY: '6s',
  })
  /** The release of each node that runs, by the jars of its process. */
  const releases = async (): Promise<Readonly<Record<string, string>>> => {
    const found: Record<string, string> = {}
    for (const node of nodes()) {
      const { stdout } = await lab().exec(`pgrep -af '${lab().home}/nodes/${node}/server[.]properties'`)
      const [, release] = /kafka_2\.13-(\d+\.\d+\.\d+)\.jar/.exec(stdout) ?? []
      if (release !== undefined) found[node] = release
    }
    return found
  }
  const all = (release: string) => Object.fromEntries(nodes().map((node) => [node, release]))

  underLoad(lab)
  beforeAll(prove, 60_000)

  test(
    'controllers go first and the active one last of them, a killed one is waited for as the quorum has no other to spare, and nothing is lost',
    async () => {
      const active = `c${(await leader()) - 2999}`
      expect(await releases()).toEqual(all('3.9.2'))
      const id = await begun('rolling-upgrade', own())
      await killAt(id, 'start[1]')
      const ended = await atBlock(lab(), resumed(id), {
        block: 'whole[2]',
        act: async () => {
          const victim = controllers().find((node) => node !== active) ?? ''
          await lab().fault('kill', victim)
          for (let second = 0; second < 15; second++) {
            await setTimeout(1000)
            expect(Object.keys(await releases())).toEqual(nodes().filter((node) => node !== victim))
          }
          const started = await lab().exec(`$SVC_START ${victim}`)
          expect(started.code, started.stdout + started.stderr).toBe(0)
        },
      })
      expect(ended.code, ended.stdout).toBe(0)
      expect(await releases()).toEqual(all('4.3.1'))
      expect(await level()).toBe('3.9-IV0')
      const turns = [
        ...ended.stdout.matchAll(/turn (\d): (\w+); (\d) of 6 have the new release, the active controller is (\d+)/g),
      ]
      expect(turns.map(([, , node]) => node).slice(-3)).toEqual(BROKERS)
      const [, , third, , leading] = turns.find(([, turn]) => turn === '3') ?? []
      expect(third).toBe(`c${Number(leading) - 2999}`)
      tell('turns', turns.map(([, turn, node, , id]) => `${turn} ${node} (${id})`).join(', '))
      const away = [...ended.stdout.matchAll(/(\w\d) was away or behind for (\d+) s/g)]
      tell('upgrade with controllers', `away ${away.map(([, node, s]) => `${node} ${s} s`).join(', ')}; ${await nothingLost()}`)
    },
    LONG_MS,
  )
})
