import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configFolder, isTrusted, trust } from '../../engine/workspace/trust.ts'
import { folderWith } from './folder.ts'

test('a checkout is trusted once it is said, by its real path', async () => {
  const folder = folderWith({ 'a/x': '', 'b/x': '' })
  const config = join(folder, 'config/reprise')
  symlinkSync('a', join(folder, 'link'))
  expect(await isTrusted(join(folder, 'a'), { config })).toBe(false)
  await trust(join(folder, 'link'), { config })
  await trust(join(folder, 'a'), { config })
  expect(await isTrusted(join(folder, 'a'), { config })).toBe(true)
  expect(await isTrusted(join(folder, 'b'), { config })).toBe(false)
  expect(statSync(join(config, 'trust.json')).mode & 0o777).toBe(0o600)
})

test('a folder below a trusted one, or one that is gone, is not trusted', async () => {
  const folder = folderWith({ 'a/b/x': '' })
  const config = join(folder, 'config')
  await trust(join(folder, 'a'), { config })
  expect(await isTrusted(join(folder, 'a/b'), { config })).toBe(false)
  expect(await isTrusted(join(folder, 'gone'), { config })).toBe(false)
})

test.each(['not json', '[]', '{"trusted": "x"}', 'null'])('a file that says %j trusts nothing', async (text) => {
  const folder = folderWith()
  const config = join(folder, 'config')
  mkdirSync(config)
  writeFileSync(join(config, 'trust.json'), text)
  expect(await isTrusted(folder, { config })).toBe(false)
  await trust(folder, { config })
  expect(await isTrusted(folder, { config })).toBe(true)
})

test('the folder is the one of the desktop standard', () => {
  expect(configFolder({ XDG_CONFIG_HOME: '/etc/xdg' }, '/home/a')).toBe('/etc/xdg/reprise')
  expect(configFolder({ XDG_CONFIG_HOME: 'relative' }, '/home/a')).toBe('/home/a/.config/reprise')
  expect(configFolder({}, '/home/a')).toBe('/home/a/.config/reprise')
})
