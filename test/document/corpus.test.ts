import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spliceRow } from '../../engine/document/history-splice.ts'
import { decodeRunbook, parseRunbook } from '../../engine/document/parse.ts'
import { rowOf } from './history-rows.ts'

const folder = process.env.REPRISE_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url))
const files = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'))
  : []

test.skipIf(files.length === 0)(
  files.length === 0
    ? 'real runbooks (skipped: set REPRISE_CORPUS to a folder of Markdown files)'
    : 'real runbooks are read, and get their row without another byte changed',
  { timeout: 300_000 },
  () => {
    const refused: string[] = []
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(join(folder, file)))
      const decoded = decodeRunbook(bytes)
      expect(decoded.ok, file).toBe(true)
      if (!decoded.ok) continue
      const { source } = decoded
      const { problems } = parseRunbook({ file, source })
      const spliced = spliceRow(source, rowOf('r-261122-2b9x'), 'en')
      if (!spliced.ok) {
        refused.push(`${file}: ${spliced.rule}`)
        continue
      }
      // None of these has a history: the section goes to the end.
      expect(spliced.source.startsWith(source), file).toBe(true)
      expect(
        problems.filter(({ place }) => place.line < 1 || place.endLine < place.line),
        file,
      ).toEqual([])
    }
    // A row would be swallowed by the last fence of these: they are told so instead.
    expect(refused.filter((one) => !one.endsWith('unclosed-fence'))).toEqual([])
    expect(refused.length).toBeLessThan(files.length / 50)
  },
)
