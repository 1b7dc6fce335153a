import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anchorsOf } from '../../engine/document/headings.ts'
import { idsOf } from '../../engine/document/ids.ts'
import { decodeRunbook, parseRunbook } from '../../engine/document/parse.ts'
import { markdownText } from './arbitrary.ts'

describe('any text', () => {
  test('is read without an error of ours, and every place lies in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          markdownText,
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...Array.from('`~#>-*|[](){}=:"\\ \n\ta1')) }),
        ),
        (text) => {
          const source = `## Procedure\n${text}`
          const { runbook, problems } = parseRunbook({ file: 'a.md', source })
          const lines = source.split(/\r\n|\n|\r/).length
          for (const { place } of problems) {
            expect(place.line).toBeGreaterThanOrEqual(1)
            expect(place.endLine).toBeGreaterThanOrEqual(place.line)
            expect(place.endLine).toBeLessThanOrEqual(lines)
            if (place.line === place.endLine) expect(place.endColumn).toBeGreaterThanOrEqual(place.column)
          }
          if (runbook === null) return
          const ids = [...new Set(idsOf(runbook).steps.values())]
          expect(ids).toHaveLength(idsOf(runbook).steps.size)
          JSON.stringify(runbook)
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 500) },
    )
  })

  test.each([
    ['50,000 quotes in each other', '>'.repeat(50_000), 'too-deep'],
    ['a list 1,500 deep', Array.from({ length: 1500 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n'), 'too-deep'],
    ['a list 5,000 deep on one line', '- '.repeat(5000), 'too-deep'],
    ['10 MB', 'text\n'.repeat(2_000_000), 'too-large'],
    ['half a million items', '- a\n'.repeat(500_000), 'too-deep'],
    ['half a million links', '[a](b) '.repeat(500_000), 'too-deep'],
    ['a table of 5,000 columns', `${'|a'.repeat(5000)}|\n${'|-'.repeat(5000)}|\n`, 'too-deep'],
    ['NUL', '# a\0b', 'unreadable'],
  ])(
    '%s is one problem, at once',
    (_name, source, rule) => {
      const { runbook, problems } = parseRunbook({ file: 'a.md', source })
      expect(runbook).toBeNull()
      expect(problems.map((problem) => [problem.rule, problem.severity])).toEqual([[rule, 'error']])
      expect(anchorsOf(source)).toEqual([])
    },
    2000,
  )

  test('5,000 steps are read in less than a second, and twice as many in twice that', () => {
    const source = (count: number): string =>
      `# R\n\n## Procedure\n\n${Array.from({ length: count }, (_, at) => `### Step ${at + 1}: Do ${at}\n\n\`\`\`bash {command id=a${at}}\necho ${at}\n\`\`\`\n\n**Validation**: it printed \`${at}\`.\n\n\`\`\`bash\ntrue\n\`\`\`\n\n**Rollback**: none, it only prints.\n\n`).join('')}`
    const took = (count: number): number => {
      const text = source(count)
      const start = performance.now()
      expect(parseRunbook({ file: 'a.md', source: text })).toMatchObject({ problems: [] })
      return performance.now() - start
    }
    took(500)
    const one = took(5000)
    expect(one).toBeLessThan(3000)
    expect(took(10_000)).toBeLessThan(Math.max(one * 4, 1000))
  })
})

describe('bytes', () => {
  test.each([
    ['UTF-8 with a BOM', [0xef, 0xbb, 0xbf, 0x61], { ok: true, source: '\uFEFFa' }],
    ['Latin-1', [0x61, 0xe9], { ok: false }],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00], { ok: false }],
    ['NUL', [0x61, 0x00], { ok: false }],
  ])('%s', (_name, bytes, expected) => {
    expect(decodeRunbook(new Uint8Array(bytes))).toMatchObject(expected)
  })

  test('more than 4 MB are refused with their size', () => {
    expect(decodeRunbook(new Uint8Array(5 * 1024 * 1024).fill(97))).toEqual({
      ok: false,
      reason: 'Unexpected size 5.0 MB, expected at most 4 MB',
    })
  })
})
