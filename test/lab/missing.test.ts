import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toolPath } from '../support/tool-path.ts'
import { reprise, workspace } from '../support/reprise.ts'

test('without a JDK the lab says what is missing and how to get it, and nothing else misses it', async () => {
  const { root, remove } = workspace({})
  try {
    mkdirSync(join(root, 'bin'))
    for (const tool of ['bash', 'git', 'flock', 'df']) symlinkSync(toolPath(tool) ?? '', join(root, 'bin', tool))
    const options = { cwd: root, env: { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache') } }
    expect(await reprise(['lab', 'up'], options)).toMatchObject({
      code: 1,
      stderr: 'reprise lab: java is not installed (Debian: apt-get install default-jdk-headless)\n',
    })
    const lab = await reprise(['lab', 'doctor'], options)
    expect(lab.code).toBe(1)
    expect(lab.stdout).toMatch(/✗ mvn .*Debian: maven/)
    const doctor = await reprise(['doctor'], options)
    expect(doctor.stdout).toMatch(/· .*java.*only for reprise lab; Debian: default-jdk-headless/)
    expect(doctor.code).toBe(0)
  } finally {
    remove()
  }
})

test('what is asked for wrongly is refused before anything is fetched or started', async () => {
  const { root, remove } = workspace({})
  const options = { cwd: root, env: { XDG_CACHE_HOME: join(root, 'cache') } }
  try {
    for (const words of [
      ['up', '--topology', 'moon'],
      ['up', '--version', '4.4.0'],
      ['up', '--topology', 'migration', '--version', '4.3.1'],
      ['up', '--base-port', 'x'],
      ['up', '--no-such-flag'],
      ['fly'],
      [],
    ])
      expect((await reprise(['lab', ...words], options)).code, words.join(' ')).toBe(2)
    expect((await reprise(['lab', '--help', '--lang', 'fr'], options)).stdout).toContain('de vrais clusters Kafka')
    expect((await reprise(['--help'], options)).stdout).toContain('lab <action>')
  } finally {
    remove()
  }
})

test('a wrong KAFKA_HOME is refused with what is missing of it, before anything is fetched or started', async () => {
  const { root, remove } = workspace({})
  const home = join(root, 'kafka')
  const options = { cwd: root, env: { XDG_CACHE_HOME: join(root, 'cache'), KAFKA_HOME: home } }
  const refused = async (why: string): Promise<void> => {
    expect(await reprise(['lab', 'up'], options)).toMatchObject({
      code: 1,
      stderr: `reprise lab: KAFKA_HOME is ${home}, but ${why}\n`,
    })
    const doctor = await reprise(['lab', 'doctor'], options)
    expect(doctor.code).toBe(1)
    expect(doctor.stdout).toContain(`✗ KAFKA_HOME    KAFKA_HOME is ${home}, but ${why}\n`)
  }
  const has = (jar: string): void => writeFileSync(join(home, 'libs', jar), '')
  try {
    const libs = join(home, 'libs')
    await refused(`there is no ${libs}`)
    mkdirSync(libs, { recursive: true })
    await refused(`there is no kafka-clients-4.3.1.jar in ${libs}`)
    has('kafka-clients-2.8.1.jar')
    await refused('it is Kafka 2.8.1: the lab knows 4.3.1 and 3.9.2')
    has('kafka-clients-4.3.1.jar')
    has('kafka_2.13-4.3.1.jar')
    has('kafka-tools-4.3.1.jar')
    await refused(`${libs} lacks connect-runtime-4.3.1.jar, connect-mirror-4.3.1.jar`)
    has('connect-runtime-4.3.1.jar')
    has('connect-mirror-4.3.1.jar')
    expect((await reprise(['lab', 'doctor'], options)).stdout).toContain(`✓ KAFKA_HOME    Kafka 4.3.1, in ${home}\n`)
  } finally {
    remove()
  }
})
