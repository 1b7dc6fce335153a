import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compareVersions, isWithin, parseRange } from '../../steps/package/support/versions.ts'
import packageVersion from '../../steps/package/version.ts'
import sysctlSetting from '../../steps/sysctl/setting.ts'
import { describeWith } from '../support/describe-with.ts'
import { type Bench, bench, execute } from './support/tools.ts'

let own: Bench
const path = process.env['PATH'] ?? ''
beforeEach(() => void (own = bench()))
afterEach(() => {
  process.env['PATH'] = path
  own.remove()
})

describe('versions', () => {
  test.each([
    ['3.9', '3.10', -1],
    ['4.3', '4.3.0', 0],
    ['4.0.0-rc1', '4.0.0', -1],
    ['4.0.0-rc1', '4.0.0-rc2', -1],
    ['1.0~beta', '1.0', -1],
    ['1.0+dfsg', '1.0', 0],
    ['1.1.1w', '1.1.1', -1],
    ['17.0.15', '17', 1],
    ['20260101000000000001', '20260101000000000002', -1],
  ] as const)('%s and %s', (one, other, order) => {
    expect(compareVersions(one, other)).toBe(order)
    expect(compareVersions(other, one)).toBe(order === 0 ? 0 : -order)
  })

  test.each([
    ['4.3.1', '>=3.9 <5', true],
    ['5.0.0', '>=3.9 <5', false],
    ['4.3.1', '>= 4.3.1, != 4.3.2', true],
    ['4.3.1', '4.3.1', true],
    ['4.3.2', '==4.3.1', false],
  ])('%s in %s', (version, range, is) => expect(isWithin(version, parseRange(range) ?? [])).toBe(is))

  test.each(['', 'latest', '>=', '^4', '>=4 || <3'])('"%s" is no range', (range) => expect(parseRange(range)).toBe(null))
})

describe('package.version', () => {
  const look = async (input: object): ReturnType<typeof execute> => execute(packageVersion, input, own.tools())

  describeWith(['dpkg-query'], "as the distribution's own database says", () => {
    test('an installed one passes, another version and a missing one fail', async () => {
      const [, version = ''] = execFileSync('dpkg-query', ['-W', 'bash'], { encoding: 'utf8' }).trim().split('\t')
      expect(await look({ name: 'bash', manager: 'dpkg', version: '>=4 <99' })).toMatchObject({
        status: 'done',
        output: { version },
      })
      expect(await look({ name: 'bash', manager: 'dpkg', version: '<4' })).toMatchObject({ status: 'failed', verdict: 'fail' })
      const missing = await look({ name: 'no-such-package-here', manager: 'dpkg' })
      expect(missing).toMatchObject({ status: 'failed', verdict: 'fail', summary: 'no-such-package-here is not installed' })
    })
  })

  test('where the package manager is not there, nobody knows', async () => {
    process.env['PATH'] = join(own.root, 'nowhere')
    for (const manager of ['dpkg', 'rpm'])
      expect(await look({ name: 'bash', manager })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  describeWith(['java'], 'java', () => {
    test('its own word counts', async () => {
      expect(await look({ name: 'java', manager: 'java', version: '>=8' })).toMatchObject({ status: 'done' })
      expect(await look({ name: 'java', manager: 'java', version: '>=99' })).toMatchObject({ verdict: 'fail' })
    })
  })

  test('a program says its version itself; one that is not there fails, one that says nothing is unknown', async () => {
    expect(await look({ name: process.execPath, manager: 'program', version: `==${process.versions.node}` })).toMatchObject({
      status: 'done',
    })
    expect(await look({ name: 'no-such-program-here', manager: 'program' })).toMatchObject({ verdict: 'fail' })
    expect(await look({ name: 'false', manager: 'program' })).toMatchObject({ verdict: 'unknown' })
  })

  test('a jar file is known by its name; two of them are one too many', async () => {
    const jar = { name: 'kafka-clients', manager: 'jar', folder: 'libs', version: '>=4' }
    expect(await look(jar)).toMatchObject({ verdict: 'unknown' })
    mkdirSync(join(own.root, 'libs'))
    writeFileSync(join(own.root, 'libs', 'kafka-clients-extra-1.0.jar'), '')
    expect(await look(jar)).toMatchObject({ verdict: 'fail' })
    writeFileSync(join(own.root, 'libs', 'kafka-clients-4.3.1.jar'), '')
    expect(await look(jar)).toMatchObject({ status: 'done', output: { version: '4.3.1' } })
    writeFileSync(join(own.root, 'libs', 'kafka-clients-4.2.0.jar'), '')
    expect((await look(jar)).summary).toContain('are both there')
  })
})

/** Looks, does it, and gives what undo needs. */
async function applied(input: unknown): Promise<{
  readonly looked: string | undefined
  readonly said: Awaited<ReturnType<typeof execute>>
  readonly undo: () => Promise<{ readonly status: string; readonly summary: string } | undefined>
}> {
  const parsed = sysctlSetting.input.parse(input)
  const looked = await sysctlSetting.check?.(parsed, own.tools() as never)
  const said = await execute(sysctlSetting, input, own.tools())
  const was = { before: looked?.before, output: said.output as never }
  return { looked: looked?.status, said, undo: async () => sysctlSetting.undo?.(parsed, was, own.tools() as never) }
}

describe('sysctl.setting on a private copy', () => {
  const live = (key: string): string => join(own.root, 'proc/sys', key)
  const put = (key: string, text: string): void => {
    mkdirSync(dirname(live(key)), { recursive: true })
    writeFileSync(live(key), text)
  }
  const kept = (): string => join(own.root, 'etc/sysctl.d/90-reprise.conf')
  const wanted = { base: '.', settings: { 'vm.swappiness': 1, 'net.ipv4.tcp_rmem': '4096 65536 2048000' } }
  beforeEach(() => {
    put('vm/swappiness', '60\n')
    put('net/ipv4/tcp_rmem', '4096\t131072\t6291456\n')
  })

  test('sets, keeps for the next start, need not be done twice, and is undone', async () => {
    const { looked, said, undo } = await applied(wanted)
    expect(looked).toBe('needed')
    expect(said).toMatchObject({ status: 'done', output: { changed: ['vm.swappiness', 'net.ipv4.tcp_rmem'] } })
    expect(readFileSync(live('vm/swappiness'), 'utf8')).toBe('1\n')
    expect(readFileSync(kept(), 'utf8')).toBe('vm.swappiness = 1\nnet.ipv4.tcp_rmem = 4096 65536 2048000\n')
    const again = await applied(wanted)
    expect([again.looked, again.said.output]).toEqual(['done', { changed: [], file: kept() }])
    expect((await undo())?.status).toBe('done')
    expect(readFileSync(live('vm/swappiness'), 'utf8')).toBe('60\n')
    expect(readFileSync(live('net/ipv4/tcp_rmem'), 'utf8')).toBe('4096 131072 6291456\n')
    expect(existsSync(kept())).toBe(false)
  })

  test('a file that was there comes back; what somebody changed since stays', async () => {
    mkdirSync(dirname(kept()), { recursive: true })
    writeFileSync(kept(), '# ours\n')
    const first = await applied(wanted)
    await first.undo()
    expect(readFileSync(kept(), 'utf8')).toBe('# ours\n')
    const second = await applied(wanted)
    put('vm/swappiness', '30\n')
    writeFileSync(kept(), '# theirs\n')
    const undone = await second.undo()
    expect(undone?.status).toBe('failed')
    expect(undone?.summary).toContain('vm.swappiness is 30, which is not what this step set')
    expect(readFileSync(kept(), 'utf8')).toBe('# theirs\n')
  })

  test('a setting that the kernel does not show: nothing is set', async () => {
    const { looked, said } = await applied({ ...wanted, settings: { 'vm.swappiness': 1, 'vm.no_such': 1 } })
    expect([looked, said.status]).toEqual(['unknown', 'not-started'])
    expect(readFileSync(live('vm/swappiness'), 'utf8')).toBe('60\n')
  })

  test('a file that cannot be kept: the settings have their old values', async () => {
    writeFileSync(join(own.root, 'etc'), 'a file where the folder should be')
    const said = await execute(sysctlSetting, wanted, own.tools())
    expect(said.status).not.toBe('done')
    expect(readFileSync(live('vm/swappiness'), 'utf8')).toBe('60\n')
  })

  test('without what was before, undo refuses', async () => {
    const undone = await sysctlSetting.undo?.(
      sysctlSetting.input.parse(wanted),
      { before: undefined, output: undefined },
      own.tools() as never,
    )
    expect(undone?.status).toBe('failed')
  })

  test.each(['../../etc/passwd', 'vm..swappiness', 'vm/../../x', 'vm'])('"%s" is no setting', (key) => {
    expect(sysctlSetting.input.safeParse({ settings: { [key]: 1 } }).success).toBe(false)
  })
})

const HARMLESS = 'kernel.printk_ratelimit_burst'
const canSet = process.getuid?.() === 0 && existsSync('/proc/sys/kernel/printk_ratelimit_burst')

describe.skipIf(!canSet)("sysctl.setting on this machine's own kernel", () => {
  const now = (): string => readFileSync('/proc/sys/kernel/printk_ratelimit_burst', 'utf8').trim()

  test('sets, and is undone', async () => {
    const old = now()
    const { said, undo } = await applied({ settings: { [HARMLESS]: Number(old) + 1 }, persist: null })
    try {
      expect(said).toMatchObject({ status: 'done' })
      expect(now()).toBe(String(Number(old) + 1))
    } finally {
      expect((await undo())?.status).toBe('done')
    }
    expect(now()).toBe(old)
  })

  test('what the kernel refuses puts back what was set before it', async () => {
    const old = now()
    const said = await execute(sysctlSetting, { settings: { [HARMLESS]: 77, 'vm.swappiness': -5 }, persist: null }, own.tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain('the kernel does not take the value of vm.swappiness')
    expect(now()).toBe(old)
  })

  test('a setting that is read-only fails before anything is set', async () => {
    const old = now()
    const said = await execute(
      sysctlSetting,
      { settings: { [HARMLESS]: 78, 'kernel.ostype': 'Other' }, persist: null },
      own.tools(),
    )
    expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(said.summary).toContain('kernel.ostype')
    expect(now()).toBe(old)
  })
})
