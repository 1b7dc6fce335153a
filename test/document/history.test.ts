import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { locateHistory } from '../../engine/document/history-locate.ts'
import { readRows } from '../../engine/document/history-read.ts'
import { spliceRow, spliceRows } from '../../engine/document/history-splice.ts'
import { syncRows } from '../../engine/document/history-sync.ts'
import { visible } from '../../engine/language/control.ts'
import { markdownText } from './arbitrary.ts'
import { rowOf } from './history-rows.ts'

const padded = [
  '# R',
  '',
  '## Run history',
  '',
  '| Run             | Date (UTC)       | Operator | Result | Note |',
  '| --------------- | ---------------- | -------- | ------ | ---- |',
  '| `r-260914-7f3k` | 2026-09-14 07:02 | a.martin | passed | ok   |',
  '',
].join('\n')

const write = (source: string, row = rowOf('r-261122-2b9x'), lang: 'en' | 'fr' = 'en'): string => {
  const spliced = spliceRow(source, row, lang)
  if (!spliced.ok) throw new Error(spliced.reason)
  expect(spliced.changed).toBe(true)
  return spliced.source
}

/** What was put in, when everything else is untouched; null otherwise. */
const inserted = (before: string, after: string): string | null => {
  let from = 0
  while (from < before.length && before[from] === after[from]) from += 1
  const tail = before.length - from
  return after.slice(after.length - tail) === before.slice(from) ? after.slice(from, after.length - tail) : null
}

/** Whether a text is what remains of another when characters are taken out. */
const isWithin = (before: string, after: string): boolean => {
  let at = 0
  for (let from = 0; from < after.length; from += 1) if (after[from] === before[at]) at += 1
  return at === before.length
}

describe('a row in the run history', () => {
  test('goes to the bottom, by column, padded like the others; unknown columns get a dash', () => {
    expect(inserted(padded, write(padded))).toBe('| `r-261122-2b9x` | 2026-11-22 03:10 | a.martin | passed | —    |\n')
  })

  test('keeps CRLF, a BOM and a missing last line end', () => {
    const source = `\uFEFF${padded.trimEnd().replaceAll('\n', '\r\n')}`
    expect(inserted(source, write(source))).toBe('\r\n| `r-261122-2b9x` | 2026-11-22 03:10 | a.martin | passed | —    |')
  })

  test('widens a padded table only by blanks before pipes and by dashes', () => {
    const source = ['## Run history', '', '| Run | Result   |', '| --- | :------: |', '| a   | passed   |', 'glued text'].join(
      '\n',
    )
    expect(write(source, rowOf('r-1-a', { result: 'failed at dns' }))).toBe(
      [
        '## Run history',
        '',
        '| Run     | Result        |',
        '| ------- | :-----------: |',
        '| a       | passed        |',
        '| `r-1-a` | failed at dns |',
        'glued text',
      ].join('\n'),
    )
  })

  test('widens a table of nothing but its header', () => {
    expect(write('## Run history\n\n| Run | Log |\n| --- | --- |')).toBe(
      '## Run history\n\n| Run             | Log          |\n| --------------- | ------------ |\n| `r-261122-2b9x` | 9c1f2ab04d11 |',
    )
  })

  test('pads a padded table without blanks around its words too', () => {
    expect(write('## Run history\n\n|Run |Result|\n|----|-----:|\n|a   |b     |\n', rowOf('r-1-a'))).toBe(
      '## Run history\n\n|Run      |Result  |\n|---------|-------:|\n|a        |b       |\n| `r-1-a` | passed |\n',
    )
  })

  test('counts display width as Prettier does', () => {
    expect(write('## Run history\n\n| Run     | Note |\n| ------- | ---- |\n| `r-1-b` | 日本 |\n', rowOf('r-1-a'))).toContain(
      '\n| `r-1-a` | —    |\n',
    )
  })

  test('leaves a table that is not padded as it is', () => {
    const source = '## Run history\n\n|Run|Result|\n|-|-|\n|a|a longer one|\n'
    expect(inserted(source, write(source))).toBe('| `r-261122-2b9x` | passed |\n')
  })

  test.each([
    ['> | Run | Result |\n> | --- | --- |\n> | a | b |', '\n> | `r-261122-2b9x` | passed |'],
    ['- text\n\n  | Run | Result |\n  | --- | --- |\n  | a | bcd |', '\n  | `r-261122-2b9x` | passed |'],
    ['- | Run | Result |\n  | --- | --- |\n  | a | bcd |\n- next', '| `r-261122-2b9x` | passed |\n  '],
    ['1. > | Run | Result |\n   > | - | - |\n', '\n   > | `r-261122-2b9x` | passed |'],
    ['<details>\n\n| Run | Result |\n| - | - |\n\n</details>\n', '\n| `r-261122-2b9x` | passed |'],
    ['Run | Result\n:- | -:\na | b\n', '\n| `r-261122-2b9x` | passed |'],
  ])('respects what the table stands in: %j', (table, row) => {
    const source = `# R\n\n## Run history\n\n${table}`
    const after = write(source)
    expect(inserted(source, after)?.trim()).toBe(row.trim())
    expect(readRows(after).some(({ run }) => run === 'r-261122-2b9x')).toBe(true)
  })

  test('reads French headers, in any order', () => {
    const source = '## Historique des exécutions\n\n| Résultat | Opérateur | Exécution | Journal |\n| - | - | - | - |\n'
    expect(inserted(source, write(source))).toBe('| passed | a.martin | `r-261122-2b9x` | 9c1f2ab04d11 |\n')
  })

  test('links the log where there is a link', () => {
    const source = '## Run history\n\n| Run | Log |\n| - | - |\n'
    expect(inserted(source, write(source, rowOf('r-1-a', {}, 'runs/r-1-a (x).md')))).toBe(
      '| `r-1-a` | [9c1f2ab04d11](runs/r-1-a%20%28x%29.md) |\n',
    )
  })

  test('is added below a heading without a table, after its text', () => {
    const source = '# R\n\n## Run history\n\nKept by the tool.\n\n## Notes\n'
    expect(inserted(source, write(source))).toContain('Log')
    expect(write(source)).toMatch(
      /^# R\n\n## Run history\n\nKept by the tool\.\n\n\| Run .*\n\| -.*\n\| `r-261122-2b9x`.*\|\n\n## Notes\n$/,
    )
  })

  test('brings its own section at the end where there is no history, in the language of the file', () => {
    expect(write('# R\n')).toMatch(
      /^# R\n\n## Run history\n\n\| Run {13}\| Date \(UTC\) {7}\| Operator \| Environment \| Result \| Duration \| Log {10}\|\n\| -/,
    )
    expect(write('# R', rowOf('r-1-a'), 'fr')).toMatch(
      /^# R\n\n## Historique des exécutions\n\n\| Exécution \| Date \(UTC\) .*[^\n]$/s,
    )
    const measured = spliceRow('# R\r\n', rowOf('r-1-a'), 'en', { measures: true })
    expect(measured.ok && measured.source).toMatch(/\r\n\| Run .*\| RTO \/ RPO \| Log .*\r\n$/s)
  })

  test('is written once', () => {
    const after = write(padded)
    expect(spliceRow(after, rowOf('r-261122-2b9x', { result: 'failed' }), 'en')).toEqual({
      ok: true,
      source: after,
      changed: false,
    })
    expect(write(after, rowOf('r-261122-2b9x/2'))).toContain('`r-261122-2b9x/2`')
  })

  test('escapes what would break the table or be read as Markdown', () => {
    const said = 'a|b `c` *d* _e_ f_g [x](y) <b> &amp; \\ ~~z~~ ![i](j)\nnext'
    const after = write('## Run history\n\n| Run | Result |\n| - | - |\n', rowOf('r-1-a', { result: said }))
    expect(after.split('\n').filter((line) => line.includes('r-1-a'))).toHaveLength(1)
    expect(readRows(after)[0]?.cells['result']).toBe(said)
  })
})

describe('a row in the change history', () => {
  const changes = '# R\n\n## Historique des modifications\n\n| Date | Auteur | Modification |\n| ---- | ------ | ------------ |\n'

  test('has day, operator and one sentence', () => {
    const row = {
      ...rowOf('r-1-a'),
      change: { date: '2026-11-22', author: 'a.martin', change: 'Exécution `r-1-a` (staging, assisté) : réussi en 2m10s' },
    }
    expect(write(changes, row, 'fr')).toContain(
      '\n| 2026-11-22 | a.martin | Exécution `r-1-a` (staging, assisté) : réussi en 2m10s |\n',
    )
    expect(spliceRow(write(changes, row, 'fr'), row, 'fr')).toMatchObject({ changed: false })
  })

  test('is read back as data', () => {
    const row = {
      ...rowOf('r-1-a'),
      change: {
        date: '2026-11-22',
        author: 'a.martin',
        change: 'Run `r-1-a` (staging, drill (partial)): failed at dns in 2m10s',
      },
    }
    expect(readRows(write(changes, row))[0]).toMatchObject({
      run: 'r-1-a',
      cells: {
        run: 'r-1-a',
        date: '2026-11-22',
        operator: 'a.martin',
        environment: 'staging',
        mode: 'drill (partial)',
        result: 'failed at dns',
        duration: '2m10s',
      },
    })
  })

  test('gives way to a run history', () => {
    expect(locateHistory(`${padded}\n${changes}`)).toMatchObject({ ok: true, where: 'runs' })
    expect(locateHistory(`${changes}\n## Run history\n`)).toMatchObject({ ok: true, where: 'runs', table: null })
  })

  test('of another shape is left alone', () => {
    expect(locateHistory('## Change history\n\n| Version | By |\n| - | - |\n')).toMatchObject({ ok: true, where: 'none' })
  })
})

describe('what is refused', () => {
  test('two tables with a Run column, naming both', () => {
    const source = `${padded}\n## Historique des exécutions\n\n| Exécution | Résultat |\n| - | - |\n`
    expect(locateHistory(source)).toMatchObject({
      ok: false,
      rule: 'history-candidates',
      place: { line: 11 },
      cause: { line: 5 },
    })
    expect(spliceRow(source, rowOf('r-1-a'), 'en')).toMatchObject({ ok: false, rule: 'history-candidates' })
  })

  test('a table without a Run column is no candidate', () => {
    expect(locateHistory(`${padded}\n| Date | Result |\n| - | - |\n`)).toMatchObject({
      ok: true,
      where: 'runs',
      table: { first: 5 },
    })
  })

  test('fences and comments are not looked into', () => {
    const source = '## Run history\n\n```\n| Run |\n| - |\n```\n\n<!--\n| Run |\n| - |\n-->\n'
    expect(locateHistory(source)).toMatchObject({ ok: true, where: 'runs', table: null })
  })

  test('an unclosed fence at the end, which would swallow the row', () => {
    expect(spliceRow('# R\n\n```bash\necho\n', rowOf('r-1-a'), 'en')).toMatchObject({
      ok: false,
      rule: 'unclosed-fence',
      place: { line: 3 },
    })
    expect(spliceRow('# R\n\n<!-- never closed\n', rowOf('r-1-a'), 'en')).toMatchObject({ ok: false, rule: 'unreadable' })
  })

  test('conflict marks, naming history sync', () => {
    const located = locateHistory(
      '## Run history\n\n| Run |\n| - |\n<<<<<<< HEAD\n| `r-1-a` |\n=======\n| `r-1-b` |\n>>>>>>> b\n',
    )
    expect(located).toMatchObject({ ok: false, rule: 'conflict-marks', place: { line: 5 } })
    expect(located.ok ? '' : located.reason).toContain('history sync')
  })
})

describe('synchronisation', () => {
  const options = { lang: 'en', hasRecord: () => true } as const

  test('mends conflict marks with both sides, by run id, and says nothing twice', () => {
    const source = [
      '## Run history',
      '',
      '| Run     | Date (UTC)       | Note |',
      '| ------- | ---------------- | ---- |',
      '| `r-1-a` | 2026-01-01 00:00 | mine |',
      '<<<<<<< HEAD',
      '| `r-1-c` | 2026-01-03 00:00 | ours |',
      '||||||| base',
      '=======',
      '| `r-1-b` | 2026-01-02 00:00 | theirs |',
      '| `r-1-c` | 2026-01-03 00:00 | twice |',
      '>>>>>>> branch',
      '',
      'after',
    ].join('\n')
    const synced = syncRows(source, [], options)
    expect(synced.ok && synced.source).toBe(
      [
        '## Run history',
        '',
        '| Run     | Date (UTC)       | Note   |',
        '| ------- | ---------------- | ------ |',
        '| `r-1-a` | 2026-01-01 00:00 | mine   |',
        '| `r-1-b` | 2026-01-02 00:00 | theirs |',
        '| `r-1-c` | 2026-01-03 00:00 | ours   |',
        '',
        'after',
      ].join('\n'),
    )
    expect(synced.ok && syncRows(synced.source, [], options)).toMatchObject({ changed: false })
  })

  test('mends a section that both sides added', () => {
    const side = (run: string, date: string) =>
      `## Run history\n\n| Run | Date (UTC) |\n| --- | --- |\n| \`${run}\` | ${date} |\n`
    const source = `# R\n\n<<<<<<< HEAD\n${side('r-1-b', '2026-01-02 00:00')}=======\n${side('r-1-a', '2026-01-01 00:00')}>>>>>>> x\n`
    const synced = syncRows(source, [], options)
    expect(synced.ok && readRows(synced.source).map(({ run }) => run)).toEqual(['r-1-a', 'r-1-b'])
  })

  test('keeps the newest rows, and rows without a record', () => {
    const dates = ['2026-01-04', '2026-01-01', '2026-01-03', '2026-01-02', '2026-01-05']
    const rows = dates.map((date, index) => rowOf(`r-1-${index}`, { date: `${date} 00:00` }))
    const all = spliceRows('# R', rows, 'en')
    const source = all.ok ? all.source : ''
    const runs = (keep: number, hasRecord: (run: string) => boolean): unknown => {
      const synced = syncRows(source, [rowOf('r-1-5', { date: '2026-01-06 00:00' })], { ...options, keep, hasRecord })
      return synced.ok ? readRows(synced.source).map(({ run }) => run) : synced.reason
    }
    expect(runs(3, () => true)).toEqual(['r-1-0', 'r-1-4', 'r-1-5'])
    expect(runs(3, (run) => run !== 'r-1-1')).toEqual(['r-1-0', 'r-1-1', 'r-1-4', 'r-1-5'])
    expect(runs(50, () => true)).toHaveLength(6)
  })

  test('adds no row that would leave at once', () => {
    const synced = syncRows(padded, [rowOf('r-1-a', { date: '2020-01-01 00:00' })], { ...options, keep: 1 })
    expect(synced).toMatchObject({ ok: true, changed: false })
  })
})

describe('for any text', () => {
  const tables = fc.constantFrom(
    '',
    '\n## Run history\n',
    '\n## Run history\n\n| Run | Result | X |\n| --- | --- | --- |\n',
    '\n## Historique des exécutions\n\n> | Exécution | Résultat |\n> | :-- | --: |\n> | a | b |\n',
    '\n## Change history\n\n| Date | Author | Change |\n| ---- | ------ | ------ |\n| 2026 | 日本語 | x      |\n',
    '\n## Run history\n\n- x\n\n  Run | Result\n  - | -\n  `r-0-z` | a\\|b\n',
  )
  const texts = fc
    .tuple(markdownText, tables, markdownText, fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([before, table, after, eol, bom]) => {
      const text = `${before}\n${table}\n${after}`.replace(/\r\n|\r|\n/g, eol)
      return bom ? `\uFEFF${text}` : text
    })

  test('a row is written without touching another character, once, or refused', () => {
    fc.assert(
      fc.property(texts, fc.string({ maxLength: 20 }), (source, operator) => {
        const row = rowOf('r-261122-2b9x', { operator })
        const spliced = spliceRow(source, row, 'en')
        if (!spliced.ok) return
        expect(spliced.changed).toBe(true)
        expect(isWithin(source, spliced.source)).toBe(true)
        expect(readRows(spliced.source).filter(({ run }) => run === row.run)).toHaveLength(1)
        expect(readRows(spliced.source)).toHaveLength(readRows(source).length + 1)
        expect(spliceRow(spliced.source, row, 'en')).toEqual({ ok: true, source: spliced.source, changed: false })
        expect(syncRows(spliced.source, [row], { lang: 'en', hasRecord: () => true })).toMatchObject({ changed: false })
      }),
      { numRuns: Number(process.env.RUNS ?? 400) },
    )
  })

  test('what a cell says is what is read', () => {
    // Control characters are shown: U+2028, which is a blank to `trim`, too.
    const clean = (text: string): string =>
      visible(text.replaceAll('\t', ' '))
        .trim()
        .replace(/[ ]*\n\s*/g, '\n')
    const source = '## Run history\n\n| Run | Result |\n| - | - |\n'
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.string({ unit: fc.constantFrom(...Array.from('|`\\*_[]<>&;!~()a\n\r\t\0\u2028\u202e #')) }),
        ),
        (text) => {
          const spliced = spliceRow(source, rowOf('r-1-a', { result: text }), 'en')
          const said = clean(text)
          expect(spliced.ok && readRows(spliced.source)[0]?.cells['result']).toBe(said === '' ? '—' : said)
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 400) },
    )
  })
})
