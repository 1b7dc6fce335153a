import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../../engine/process/run-command.ts'
import { resolveReference, resolveSecret } from '../../engine/secrets/resolve.ts'

const root = mkdtempSync(join(tmpdir(), 'reprise-secrets-'))
mkdirSync(join(root, 'keys'))
writeFileSync(join(root, 'keys/token'), 'from-a-file\n')
writeFileSync(join(root, 'keys/crlf'), 'two\nlines\r\n')
writeFileSync(join(root, 'keys/short'), 'abc\n')
writeFileSync(join(root, 'keys/empty'), '')
writeFileSync(join(root, 'keys/binary'), Buffer.from([0x66, 0xff, 0x66, 0x6f, 0x6f, 0x6f, 0x6f]))

const values: Readonly<Record<string, string>> = { TOKEN: 'from-the-env', SHORT: 'abcde', EMPTY: '', JUST: 'abcdef' }
const world = {
  root,
  env: (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined),
  runCommand: (command: string) => runCommand(command, { cwd: root, timeoutMs: 1000 }),
}

describe('where a secret comes from', () => {
  test.each([
    ['env:TOKEN', 'from-the-env'],
    ['env:JUST', 'abcdef'],
    ['file:keys/token', 'from-a-file'],
    [`file:${root}/keys/token`, 'from-a-file'],
    ['file:keys/crlf', 'two\nlines'],
    ['cmd:echo printed-secret', 'printed-secret'],
    ['cmd:cat keys/token', 'from-a-file'],
    ['cmd:printf "a:b\\nsecond"', 'a:b\nsecond'],
  ])('%s', async (ref, value) => {
    expect(await resolveSecret(ref, world)).toEqual({ ok: true, value })
  })

  test.each([
    ['env:MISSING', /MISSING is not set/],
    ['env:EMPTY', /EMPTY is not set/],
    ['env:SHORT', /shorter than 6/],
    ['file:keys/none', /keys\/none cannot be read: ENOENT/],
    ['file:keys', /EISDIR/],
    ['file:keys/short', /shorter than 6/],
    ['file:keys/empty', /empty/],
    ['file:keys/binary', /UTF-8/],
    ['cmd:echo leaked-value; exit 3', /ended with 3/],
    ['cmd:true', /printed nothing/],
    ['cmd:echo "  "', /printed nothing/],
    ['cmd:echo abc', /shorter than 6/],
    ['cmd:no-such-command-x', /ended with 127/],
    ['cmd:sleep 30; echo late', /signal|time/],
    ["cmd:printf 'a\\0bcdefgh'", /NUL/],
    ['vault:thing', /"vault" is no source/],
    ['', /no source/],
  ])('%s fails and says why, without the value', async (ref, why) => {
    const resolved = await resolveSecret(ref, world)
    expect(resolved).toMatchObject({ ok: false })
    const { reason } = resolved as { readonly reason: string }
    expect(reason).toMatch(why)
    if (!ref.startsWith('cmd:')) expect(reason).not.toMatch(/abc/)
    expect(reason).not.toMatch(/^abc|bcdefgh$/)
  })

  test('a value that is no secret may be short', async () => {
    expect(await resolveReference('env:SHORT', world)).toEqual({ ok: true, value: 'abcde' })
    expect(await resolveReference('cmd:echo 5', world)).toEqual({ ok: true, value: '5' })
  })
})
