import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import type { Block, Item, Label, Runbook, Step } from '../../engine/model/runbook.ts'

/** A runbook of some Markdown that has no problem. */
function read(source: string): Runbook {
  const { runbook, problems } = parseRunbook({ file: 'a.md', source })
  expect(problems).toEqual([])
  if (runbook === null) throw new Error('no runbook')
  return runbook
}

const steps = (runbook: Runbook): Step[] =>
  runbook.sections.flatMap((section) => section.steps.flatMap((part) => (part.type === 'step' ? [part] : part.steps)))
const blocks = (items: readonly Item[]): Block[] => items.filter((item) => item.type === 'block')
const labels = (items: readonly Item[]): Label[] => items.filter((item) => item.type === 'label')
const procedure = (text: string): string => `# R\n\n## Procedure\n\n### Step 1: Do it\n\n${text}\n`
const only = (text: string): readonly Item[] => steps(read(procedure(text)))[0]?.items ?? []
const roles = (text: string): string[] => blocks(only(text)).map(({ role }) => role)
const fence = (info = ''): string => `\`\`\`bash${info}\necho 1\n\`\`\`\n`

describe('the first example of the format', () => {
  test('gives a command, its validation and its rollback', () => {
    const [first, second] = steps(
      read(`# Free disk space on the build host

## Procedure

### Step 1: See what is full

\`\`\`bash
df -h /var/lib/ci
\`\`\`

### Step 2: Remove old caches

\`\`\`bash
find /var/lib/ci/cache -mtime +14 -exec rm -rf {} +
\`\`\`

**Validation**: at least a fifth is free.

\`\`\`bash
[ "$(df --output=pcent /var/lib/ci | tr -dc 0-9)" -lt 80 ]
\`\`\`

**Rollback**: none, caches fill again by themselves.
`),
    )
    expect(first).toMatchObject({
      number: '1',
      title: 'See what is full',
      heading: 'Step 1: See what is full',
      place: { line: 5 },
    })
    expect(blocks(second?.items ?? []).map(({ role, under, place }) => [role, under, place.line])).toEqual([
      ['command', null, 13],
      ['validate', 'validation', 19],
    ])
    expect(labels(second?.items ?? []).map(({ name, text }) => [name, text])).toEqual([
      ['validation', 'at least a fifth is free.'],
      ['rollback', 'none, caches fill again by themselves.'],
    ])
  })
})

describe('the role of a fence', () => {
  test.each([
    ['below nothing', fence(), ['command']],
    ['below Validation', `${fence()}\n**Validation**: it is there.\n\n${fence()}`, ['command', 'validate']],
    ['below Validation and its list', `**Validation**:\n\n- one\n- two\n\n${fence()}`, ['validate']],
    ['below Validation and a paragraph of its own', `**Validation**: it is there.\n\nThen go on.\n\n${fence()}`, ['command']],
    ['below a fence below Validation', `**Validation**:\n\n${fence()}\n${fence()}`, ['validate', 'validate']],
    ['below prose after such a fence', `**Validation**:\n\n${fence()}\nThen:\n\n${fence()}`, ['validate', 'command']],
    ['below On failure', `**If this fails**: look.\n\n${fence()}`, ['on-failure']],
    ['below Undo', `**Undo**:\n\n${fence()}`, ['rollback']],
    ['below a label that gives no role', `**Rollback**:\n\n**Drill**: simulated\n\n${fence()}`, ['rollback']],
    ['below only such a label', `**Drill**: simulated\n\n${fence()}`, ['command']],
    ['with a type', `**Validation**:\n\n${fence(' {wait}')}`, ['wait']],
    ['with attributes and no type', `**Validation**:\n\n${fence(' {every=1s}')}`, ['validate']],
    ['of another language', '```json\n{}\n```', ['none']],
    ['without a language', '```\nls\n```', ['none']],
    ['of sh and shell', '```sh\nls\n```\n\n```shell\nls\n```', ['command', 'command']],
    ['of yaml with use', '```yaml {use=kafka.urp}\na: 1\n```', ['command']],
    ['of yaml without use', '```yaml\na: 1\n```', ['none']],
    ['in a list', `- first\n\n  ${fence().replaceAll('\n', '\n  ')}`, ['command']],
    ['in a quote', `> ${fence().replaceAll('\n', '\n> ')}`, ['command']],
    ['in details', `<details>\n\n${fence()}\n</details>`, ['command']],
    ['in a comment', `<!--\n${fence()}-->\n\ntext`, []],
  ])('%s', (_name, text, expected) => {
    expect(roles(text)).toEqual(expected)
  })

  test('comes from the section too', () => {
    const { sections } = read(
      `# R\n\n## Prerequisites\n\n${fence()}\n## Procedure\n\n### A\n\nby hand\n\n## Rollback\n\n${fence()}\n## Cleanup\n\n${fence()}\n## Notes\n\n${fence()}`,
    )
    expect(sections.map(({ name, items }) => [name, blocks(items)[0]?.role])).toEqual([
      ['prereq', 'check'],
      ['procedure', undefined],
      ['rollback', 'rollback'],
      ['cleanup', 'cleanup'],
      ['other', 'none'],
    ])
  })

  test('is visible for a typed rollback below a paragraph of two labels', () => {
    expect(
      blocks(only(`${fence()}\n**Validation**: ok. **Rollback**: so:\n\n${fence(' {rollback}')}`)).map(({ under }) => under),
    ).toEqual([null, 'rollback'])
  })
})

describe('labels', () => {
  test.each([
    '**Validation**: x',
    '**Validation** : x',
    '**Validation:** x',
    '**Validation :** x',
    '**Validation**\u00a0: x',
    '**VÉRIFICATION**\u202f: x',
    '__Validation__: x',
    '- **Validation**: x',
  ])('%j is one', (text) => {
    expect(labels(only(text)).map(({ name, text: said }) => [name, said])).toEqual([['validation', 'x']])
  })

  test.each(['**Validation** x', '**Validations**: x', '*Validation*: x', 'Validation: x', '**Note**: x'])(
    '%j is none',
    (text) => {
      expect(labels(only(text))).toEqual([])
    },
  )

  test('stand several in one paragraph, as the seed has them', () => {
    const found = labels(only(' **Validation** : [Comment vérifier]\n **En cas d’échec** : [Que faire]'))
    expect(found.map(({ name, text }) => [name, text])).toEqual([
      ['validation', '[Comment vérifier]'],
      ['on-failure', '[Que faire]'],
    ])
  })

  test('reach to the next label, or to prose after their blocks', () => {
    const items = only(
      `**On failure**: one.\n\ntwo\n\n- three\n\n> four\n\n${fence(' {on-failure}')}\nafter\n\n**Rollback**: none, so.`,
    )
    expect(labels(items).map(({ text, after }) => [text, after])).toEqual([
      ['one.\n\ntwo\n\n- three\n\n> four', 'two\n\n- three\n\n> four'],
      ['none, so.', ''],
    ])
    expect(items.filter(({ type }) => type === 'prose')).toHaveLength(1)
  })

  test('leave the prose below a value alone, but an approval is what stands under it', () => {
    const items = only('**Drill**: simulated\n\nWords of the step.\n\n**Approval**: `dr-lead`\n\n> We accept the loss.')
    expect(items.map((item) => (item.type === 'label' ? [item.name, item.after] : item.type))).toEqual([
      ['drill', ''],
      'prose',
      ['approval', '> We accept the loss.'],
    ])
  })

  test('know their code spans and the words around them', () => {
    const [label] = labels(only('**For each**: `BROKER` in `a`, `b`, 3 at a time'))
    expect(label).toMatchObject({ name: 'for-each', plain: 'in , , 3 at a time' })
    expect(label?.codes.map(({ value, place }) => [value, place.column, place.endColumn])).toEqual([
      ['BROKER', 16, 22],
      ['a', 28, 29],
      ['b', 33, 34],
    ])
  })
})

describe('steps', () => {
  const titles = (source: string): unknown[] =>
    steps(read(source)).map(({ number, title, items }) => [number, title, blocks(items).length])

  test.each([
    ['Step 4: Fence', '4', 'Fence'],
    ['Étape 4 : Isoler', '4', 'Isoler'],
    ['Étape\u00a04\u00a0: Isoler', '4', 'Isoler'],
    ['🔧 Étape 2.1 – Isoler', '2.1', 'Isoler'],
    ['4. Fence', '4', 'Fence'],
    ['1.2 Fence', '1.2', 'Fence'],
    ['2️⃣ Fence', '2', 'Fence'],
    ['Fence', null, 'Fence'],
    ['Step 4', '4', 'Step 4'],
  ])('%j has its number and title', (heading, number, title) => {
    expect(steps(read(`# R\n\n## Procedure\n\n### ${heading}\n\ntext\n`))[0]).toMatchObject({ number, title })
  })

  test('stand in phases', () => {
    const [phase] = read(
      `# R\n\n## Procédure\n\n### Phase 1 : Préparer\n\n**Rôle** : DBA\n\n#### Étape 1 : A\n\n${fence()}\n#### Étape 2 : B\n\n${fence()}`,
    ).sections.flatMap((section) => section.steps)
    expect(phase).toMatchObject({
      type: 'phase',
      number: '1',
      title: 'Préparer',
      items: [{ type: 'label', name: 'role' }],
      steps: [{ number: '1' }, { number: '2' }],
    })
  })

  test('are numbered items where there are no headings, with what stands between', () => {
    expect(
      titles(
        `# R\n\n## Steps\n\nIntro.\n\n1. First\n   **Validation**: ok\n\n   ${fence().replaceAll('\n', '\n   ')}\n2. Second\n\n${fence()}\n3. Third\n`,
      ),
    ).toEqual([
      ['1', 'First', 1],
      ['2', 'Second', 1],
      ['3', 'Third', 0],
    ])
  })

  test('are single fences where there is no list, titled by the sentence before', () => {
    expect(
      titles(
        `# R\n\n## Mitigation\n\nLook first. See what is **full**:\n\n${fence()}\n**Validation**: ok\n\n${fence()}\nThen remove it.\n\n${fence()}`,
      ),
    ).toEqual([
      [null, 'See what is full', 2],
      [null, 'Then remove it', 1],
    ])
  })

  test('are one by hand where there is only text', () => {
    expect(titles('# R\n\n## Procedure\n\nCall somebody.\n')).toEqual([[null, 'Procedure', 0]])
  })

  test('of several procedure sections follow one another', () => {
    expect(titles('# R\n\n## Diagnosis\n\n### A\n\nx\n\n## Resolution\n\n### B\n\ny\n')).toEqual([
      [null, 'A', 0],
      [null, 'B', 0],
    ])
  })
})

describe('boxes and decisions', () => {
  test('boxes are asked where they stand', () => {
    expect(
      only(`- [ ] one \`a\`\n- [x] two\n- three\n\n${fence()}\n- [ ] four`).map((item) =>
        item.type === 'box' ? [item.text, item.checked] : item.type,
      ),
    ).toEqual([['one `a`', false], ['two', true], 'prose', 'block', ['four', false]])
  })

  test('a decision has conditions and targets in both languages', () => {
    const source = procedure(
      '| Si | Alors |\n| --- | --- |\n| `a \\|\\| b == 1` | continuer |\n| `x == 1` | demander : sûr ? |\n| `x == 2` | approbation : 2 × `metier`, dsi |\n| `x == 3` | Étape 1 |\n| `x == 4` | [là](#step-1-do-it) |\n| `x == 5` | [autre](b%20c.md#x) |\n| sinon | fin : rien |',
    ).replace('`a \\|\\| b == 1`', '`a == 1`')
    const [decision] = steps(read(source))[0]?.items ?? []
    if (decision?.type !== 'decision') throw new Error('no decision')
    expect(decision.by).toBe('condition')
    expect(decision.rows.map(({ when, target }) => [when?.value ?? null, target.value])).toEqual([
      ['a == 1', { type: 'continue' }],
      ['x == 1', { type: 'ask', text: 'sûr ?' }],
      [
        'x == 2',
        {
          type: 'approve',
          roles: [
            { role: 'metier', count: 2 },
            { role: 'dsi', count: 1 },
          ],
        },
      ],
      ['x == 3', { type: 'step', to: 'Étape 1' }],
      ['x == 4', { type: 'step', to: '#step-1-do-it' }],
      ['x == 5', { type: 'runbook', file: 'b c.md', anchor: 'x' }],
      [null, { type: 'stop', text: 'rien' }],
    ])
  })

  test('a person chooses below Answer and Go to', () => {
    const [decision] = only('| Answer | Go to |\n| - | - |\n| It is *slow* | stop |')
    expect(decision).toMatchObject({
      type: 'decision',
      by: 'person',
      rows: [{ when: { value: 'It is slow' }, target: { value: { type: 'stop', text: null } } }],
    })
  })

  test('any other table is documentation', () => {
    expect(only('| a | b |\n| - | - |\n| 1 | 2 |').map(({ type }) => type)).toEqual(['prose'])
  })
})

describe('what stands around the procedure', () => {
  test('parameters, by column and in both languages', () => {
    const { params } = read(
      `# R\n\n## Paramètres\n\n| Type | Nom | Défaut |\n| --- | --- | --- |\n| texte | \`A\` | inventaire |\n| int(0..) | B | \`10\` |\n| secret | \`C\` | \`env\` |\n| string | \`D\` | \`"ask"\` |\n| path | \`E\` | file:a/b |\n| secret | \`F\` | \`cmd:pass x\` |\n| string | \`G\` | |\n\n## Procédure\n\n### A\n\nx\n`,
    )
    expect(params.map(({ name, default: { value } }) => [name.value, value])).toEqual([
      ['A', { from: 'inventory' }],
      ['B', { from: 'literal', text: '10' }],
      ['C', { from: 'env' }],
      ['D', { from: 'literal', text: 'ask' }],
      ['E', { from: 'file', path: 'a/b' }],
      ['F', { from: 'cmd', command: 'pass x' }],
      ['G', { from: 'none' }],
    ])
    expect(params[0]?.name.place).toMatchObject({ line: 7, column: 12, endColumn: 13 })
  })

  test('bullets and front matter that agree', () => {
    const { info } = read(
      '---\nrto_target: 15m\nOwner: DBA\nminimum-version: 1.2\nother: x\n---\n\n# R\n\n## General information\n\n- **ID**: `a-b`\n- **Owner** : dba\n- **RTO target**: 15 minutes, until [Step 1](#step-1-do-it)\n- **RPO target:** 60s, measured by Step 1\n\n## Procedure\n\n### Step 1: Do it\n\nx\n',
    )
    expect(info).toMatchObject({
      id: { value: 'a-b' },
      owner: { value: 'dba', place: { line: 13 } },
      minimumVersion: { value: '1.2', place: { line: 4, column: 18 } },
      rtoTarget: { value: { ms: 900_000, until: '#step-1-do-it' } },
      rpoTarget: { value: { ms: 60_000, measuredBy: 'Step 1' } },
    })
  })

  test('a target in the front matter may link to its step', () => {
    const { info } = read(
      '---\nrto-target: 15m, until [Step 1](#step-1-do-it)\nrpo-target: "60s, measured by Step 1"\n---\n\n# R\n\n## Procedure\n\n### Step 1: Do it\n\nx\n',
    )
    expect(info).toMatchObject({
      rtoTarget: { value: { ms: 900_000, until: '#step-1-do-it' } },
      rpoTarget: { value: { ms: 60_000, measuredBy: 'Step 1' } },
    })
  })

  test('when to use it, escalation, the line for pasting, links, anchors', () => {
    const runbook = read(
      "# Runbook : Titre\n\n## Quand utiliser (ce runbook)\n\n- Alerte `KafkaDown`\n\n## Procédure\n\n### Étape 1 : A ?\n\nSans l'outil : `A=1`\n\n[x](y.md) [z][]\n\n## Escalade\n\nAprès 3 tentatives ou après 30 minutes :\n\n- Contacter : nous\n\n[z]: #titre\n",
    )
    expect(runbook).toMatchObject({
      lang: 'fr',
      title: { value: 'Titre' },
      when: '- Alerte `KafkaDown`',
      alerts: ['KafkaDown'],
      escalation: { attempts: 3, afterMs: 1_800_000, contacts: ['Contacter : nous'] },
      withoutTheTool: { value: 'A=1', place: { line: 11 } },
      links: [{ url: 'y.md' }, { url: '#titre' }],
    })
    expect(runbook.headings.map(({ anchor, section }) => [anchor, section])).toContainEqual(['étape-1--a-', 'procedure'])
  })
})

describe('places', () => {
  test('of a body in a list and a quote are those of the file', () => {
    const [block] = blocks(only('> - x\n>\n>   ```bash {check}\n>   a\n>\n>     b\n>   ```'))
    expect(block).toMatchObject({ body: 'a\n\n  b', place: { line: 9, column: 5 } })
    expect(block?.lines).toEqual([
      { line: 10, shift: 4 },
      { line: 11, shift: 1 },
      { line: 12, shift: 4 },
    ])
  })

  test('do not count a BOM, and CRLF is one line end', () => {
    const plain = parseRunbook({ file: 'a.md', source: procedure(fence(' {check id=a}')) })
    const other = parseRunbook({ file: 'a.md', source: `\uFEFF${procedure(fence(' {check id=a}')).replaceAll('\n', '\r\n')}` })
    expect(blocks(other.runbook?.sections[0]?.items ?? [])).toEqual(blocks(plain.runbook?.sections[0]?.items ?? []))
    expect(steps(other.runbook as Runbook)[0]?.items).toEqual(steps(plain.runbook as Runbook)[0]?.items)
  })

  test('keep backslashes and entities of the info string', () => {
    expect(blocks(only(fence(String.raw` {check expect="/\\d &amp; \d/"}`)))[0]?.attributes[0]?.value).toMatchObject({
      value: String.raw`/\d &amp; \d/`,
    })
  })
})
