import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openOutputLog } from '../../engine/local/output-log.ts'
import { redactorOf } from '../../engine/secrets/redactor.ts'

const SECRET = 'swordfish-4711'

test('output from which a secret cannot be taken any more is not kept, and its loss is said', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-kept-'))
  try {
    let redactor = redactorOf([], [])
    const log = openOutputLog({ folder, name: 'login.1.log', redactor: () => redactor, watch: () => undefined })
    log.line(`the key is ${SECRET}`)
    redactor = redactorOf([{ name: 'API_KEY', value: SECRET }], [])
    // Where the second writing would go, nothing can be written.
    mkdirSync(join(folder, 'login.1.log.again'))
    const { tail, log: kept, lost } = log.end()
    expect(lost).toContain('EISDIR')
    expect([tail, kept]).toEqual(['', undefined])
    expect(readdirSync(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
