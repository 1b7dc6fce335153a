import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { plainEnv } from '../support/reprise.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the packed package installs and runs somewhere else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-packed-'))
  // npm's own settings say where packages come from.
  const env = { ...process.env, ...plainEnv({ HOME: process.env['HOME'] ?? folder, CI: 'true' }) }
  const run = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root)
    const [packed = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    const there = join(folder, 'there')
    execFileSync('mkdir', ['-p', join(there, '.git')])
    writeFileSync(join(there, 'package.json'), '{"name": "there", "version": "1.0.0", "private": true, "type": "module"}\n')
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join('..', packed)], there)
    expect(run('npx', ['reprise', '--version'], there)).toMatch(/^\d+\.\d+\.\d+/)
    run('npx', ['reprise', 'new', 'Restart a broker'], there)
    expect(existsSync(join(there, 'restart-a-broker.md'))).toBe(true)
    expect(run('npx', ['reprise', 'steps'], there)).toContain('http.request')
    expect(run('npx', ['reprise', 'start'], there)).toContain('Passed')
    expect(run('npx', ['reprise', 'lab', '--help'], there)).toContain('disk-full')
    for (const asset of ['pom/kafka-4.3.1.xml', 'conf/log4j2.properties', 'conf/jmx-broker.yml'])
      expect(existsSync(join(there, 'node_modules/reprise/steps/kafka/lab', asset)), asset).toBe(true)
    writeFileSync(join(there, 'author.mjs'), "import { defineStep } from 'reprise'\nconsole.log(typeof defineStep)\n")
    expect(run(process.execPath, ['author.mjs'], there)).toContain('function')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 240_000)
