import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { glanceAt, outlineOf } from '../../engine/document/glance.ts'
import { readRows } from '../../engine/document/history-read.ts'
import { decodeRunbook, parseRunbook } from '../../engine/document/parse.ts'

const own = ['examples', '../../runbooks'].map((name) => fileURLToPath(new URL(name, import.meta.url)))
const corpus = process.env['REPRISE_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url))

/** What the whole parser says, in a glance's words. */
function whole(file: string, source: string) {
  const { runbook } = parseRunbook({ file, source })
  if (runbook === null) return null
  const steps = runbook.sections.flatMap(({ steps: own }) =>
    own.flatMap((one) => [one.title, ...(one.type === 'phase' ? one.steps.map(({ title }) => title) : [])]),
  )
  return {
    title: runbook.title.value,
    owner: runbook.info.owner?.value ?? null,
    alerts: runbook.alerts,
    missing: [] as string[],
    rows: readRows(source).map(({ cells }) => cells),
    names: [...runbook.headings.map(({ text }) => text), ...steps],
  }
}

function glanced(file: string, source: string, wanted: NonNullable<ReturnType<typeof whole>>) {
  const glance = glanceAt(file, outlineOf(source))
  if (glance === null) return null
  const { title, owner, alerts, names, rows } = glance
  const missing = wanted.names.filter((name) => !names.some((own) => own.includes(name)))
  return { title, owner, alerts, missing, rows: rows.map(({ cells }) => cells), names: wanted.names }
}

const readable = (folder: string): (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const decoded = decodeRunbook(readFileSync(join(folder, name)))
      return decoded.ok ? [[name, decoded.source] as const] : []
    })

test('a glance says what the whole parser says, of the examples and of the runbooks we ship', () => {
  let read = 0
  for (const [name, source] of own.flatMap(readable)) {
    const wanted = whole(name, source)
    if (wanted === null) expect(glanceAt(name, outlineOf(source))).toBeNull()
    else expect(glanced(name, source, wanted), name).toEqual(wanted)
    read += wanted === null ? 0 : 1
  }
  expect(read).toBeGreaterThan(8)
})

test.skipIf(!existsSync(corpus))('and of real runbooks', { timeout: 60_000 }, () => {
  for (const [name, source] of readable(corpus)) {
    const wanted = whole(name, source)
    if (wanted === null) expect(glanceAt(name, outlineOf(source)), name).toBeNull()
    else expect(glanced(name, source, wanted), name).toEqual(wanted)
  }
})

const awkward: Readonly<Record<string, string>> = {
  'headings made by the line below': 'Name\n====\n\nProcedure\n---------\n\n1. First\n2. Second\n',
  'front matter': '---\nowner: Team\n---\n\n# Name\n\n## Procedure\n\n### Step 1: A\n\n```bash\n# no heading\n```\n',
  'a heading in a fence':
    '# Name\n\n## Procedure\n\n### Step 1: A\n\n````text\n```\n## Prerequisites\n```\n````\n\n### Step 2: B\n',
  'a heading in a list and in a quote':
    '# Name\n\n## Procedure\n\n### Step 1: A\n\n- # In a list\n\n> ## In a quote\n\n### Step 2: B\n',
  'steps in a list, and by fences':
    '# Name\n\n## Steps\n\n1. Look:\n\n   ```bash\n   true\n   ```\n\n2. Go\n\n## Mitigation\n\nRestart it:\n\n```bash\ntrue\n```\n',
  'no procedure': '# Name\n\n## Notes\n\ntext\n',
  'CRLF and a BOM': '\uFEFF# Name\r\n\r\n## Procédure\r\n\r\n### Étape 1 : Arrêter\r\n\r\n```bash\r\ntrue\r\n```\r\n',
}

test.each(Object.entries(awkward))('a glance agrees with the parser about %s', (_, source) => {
  const wanted = whole('a.md', source)
  if (wanted === null) expect(glanceAt('a.md', outlineOf(source))).toBeNull()
  else expect(glanced('a.md', source, wanted)).toEqual(wanted)
})
