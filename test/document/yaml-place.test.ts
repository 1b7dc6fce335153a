import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import { readYamlBody } from '../../engine/document/yaml-place.ts'
import type { YamlBody } from '../../engine/document/yaml-place.ts'

const head = '# R\n\n## Procedure\n\n### A\n\n'

function body(text: string): YamlBody {
  const { runbook } = parseRunbook({ file: 'a.md', source: head + text })
  const block = runbook?.sections[0]?.items.find((item) => item.type === 'block')
  if (block?.type !== 'block') throw new Error('no block')
  return readYamlBody(block, 'a.md')
}

describe('a yaml body', () => {
  const text =
    '- x\n\n  ```yaml {check use=a.b}\r\n  cluster: $DR\r\n  max: 0\r\n  topics:\r\n    - name: a\r\n      size: "10"\r\n  on: yes\r\n  ```\n'

  test('is plain data', () => {
    expect(body(text)).toMatchObject({
      json: { cluster: '$DR', max: 0, topics: [{ name: 'a', size: '10' }], on: 'yes' },
      problems: [],
    })
  })

  test.each([
    [['cluster'], undefined, [10, 12, 15]],
    [['topics', 0, 'size'], undefined, [14, 13, 17]],
    [['topics', 0], 'name', [13, 7, 11]],
    [['topics', 0, 'lost'], undefined, [13, 7, null]],
    [[], 'max', [11, 3, 6]],
  ])('knows the place of %j %s', (path, key, [line, column, end]) => {
    const place = body(text).placeOf(path as (string | number)[], key)
    expect([place.line, place.column]).toEqual([line, column])
    if (end !== null) expect(place.endColumn).toBe(end)
  })

  test('may be empty', () => {
    expect(body('```yaml {check use=a.b}\n# nothing\n```\n')).toMatchObject({ json: {}, problems: [] })
  })

  test('does not grow from aliases', () => {
    const bomb = `a: &a [x]\n${Array.from({ length: 9 }, (_, at) => `${'bcdefghij'[at]}: &${'bcdefghij'[at]} [${Array(9).fill(`*${'abcdefghi'[at]}`).join(', ')}]`).join('\n')}`
    expect(body(`\`\`\`yaml {check use=a.b}\n${bomb}\n\`\`\`\n`).json).toBeNull()
  })

  test('keeps what objects have by themselves out', () => {
    expect(body('```yaml {check use=a.b}\n__proto__: {a: 1}\n```\n').problems).toEqual([])
  })
})
