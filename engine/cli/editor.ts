import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Opens a text in the person's editor (`VISUAL`, `EDITOR`, else vi); null when nothing was changed or it failed. */
export function editText(text: string): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-edit-'))
  const file = join(folder, 'block.sh')
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 })
    const { VISUAL = '', EDITOR = '' } = process.env
    const editor = VISUAL === '' ? (EDITOR === '' ? 'vi' : EDITOR) : VISUAL
    const { status } = spawnSync('bash', ['-c', `${editor} "$1"`, 'bash', file], { stdio: 'inherit' })
    const edited = readFileSync(file, 'utf8').replace(/\n$/, '')
    return Promise.resolve(status !== 0 || edited === text ? null : edited)
  } catch {
    return Promise.resolve(null)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
