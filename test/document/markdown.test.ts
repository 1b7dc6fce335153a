import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesOf } from '../../engine/document/lines.ts'
import { readMarkdown, readWhole } from '../../engine/document/markdown.ts'
import { markdownText } from './arbitrary.ts'

const plain = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (key: string, value: unknown) => (key === 'data' || key === 'spread' ? undefined : value)))

/** The end of a fence that is never closed is told differently where blanks follow it; nothing reads that. */
const withoutEnds = (tree: unknown): unknown =>
  JSON.parse(
    JSON.stringify(tree, (key: string, value: unknown) =>
      key === 'end' || key === 'data' || key === 'spread' ? undefined : value,
    ),
  )

describe('reading by stretches', () => {
  test.each([
    '# A\n\ntext `code` and **bold** words\n\n```bash {check id=a}\necho 1\n```\n',
    '- a\n\n  ```bash\n  # not a heading\n  ```\n\n# heading\n',
    '  ```bash\n# inside a fence\n  ```\n\n# heading\n',
    '<!-- a comment\n\n# not a heading\n-->\n\n# heading\n',
    '<div>\n# inside\n\n# heading\n',
    '<div>\n<!--\n\n# not\n--> \n# heading\n',
    'text\n<!-- a\n\n# not a heading\n\n-->\n# heading',
    '> quote\nlazy\n# heading\n> ```\n> # no\n# yes\n',
    'Title\n=====\n\ntext\n---\nmore',
    '---\nid: a\n# comment\n---\n\n# A\n',
    '# A\n\n---\nid: a\n---\n',
    'a | b\n- | -\n1 | 2\n\ntext\n| a |\n| - |\n',
    '1. one\n\ntext\n\n2. two\n# A #\n## B ##  \n#c\n',
    'a **b** c **d**: e __f__ *g*\n\n_x_ a_b_c \\* &amp; & <br> [l](u) ![i](u)\n',
    '[a]\n\n[a]: http://x\n',
    '# A\r\n\r\ntext\r\nmore\r\n\r\n```\r\na\r\n```\r\n',
    '``` \n\n```\n~~~ x\n```\n~~~',
    '- a\n  b\n\n  - c\n    ```\n    x\n    ```\n\n- d\n1. e\n2. f\n\n10. - g\n    - h\n',
    '**Validation** : it is\n**Rollback** : none\n',
  ])('gives the same tree as remark alone: %j', (source) => {
    expect(plain(readMarkdown(linesOf(source)))).toEqual(plain(readWhole(linesOf(source))))
  })

  test('gives the same tree as remark alone for any text', () => {
    fc.assert(
      fc.property(markdownText, (source) => {
        expect(withoutEnds(readMarkdown(linesOf(source)))).toEqual(withoutEnds(readWhole(linesOf(source))))
      }),
      { numRuns: Number(process.env.RUNS ?? 800) },
    )
  })
})
