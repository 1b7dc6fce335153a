import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

interface Case {
  readonly title: string
  /** The runbook after its title. */
  readonly text: string
  readonly exit: number
  readonly result?: string
  readonly answers?: string
  readonly flags?: readonly string[]
  readonly project?: string
}

const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`
const step = (n: number, title: string, ...parts: readonly string[]): string => `### Step ${n}: ${title}\n\n${parts.join('\n')}\n`
const procedure = (...steps: readonly string[]): string => `## Procedure\n\n${steps.join('\n')}`
const one = (info: string, body: string): string => procedure(step(1, 'Do', fence(info, body)))
const none = '**Rollback**: none, it is a test.\n'

/** Runbooks in which something goes wrong: none of them may end as passed. */
const cases: readonly Case[] = [
  { title: 'a false in the middle of a block', text: one('bash {check}', 'echo a\nfalse\necho b'), exit: 4, result: 'failed' },
  { title: 'the left side of a pipe fails', text: one('bash {check}', 'false | cat'), exit: 4, result: 'failed' },
  { title: 'a variable that nobody set', text: one('bash {check}', 'unset X_Y\necho "${X_Y?}"'), exit: 4, result: 'failed' },
  { title: 'a command that does not exist', text: one('bash {check}', 'no-such-command-here'), exit: 4, result: 'failed' },
  { title: 'a block that ends by a signal', text: one('bash {check}', 'kill -9 $$'), exit: 4, result: 'failed' },
  { title: 'an empty capture', text: one('bash {check capture=lag:int}', 'true'), exit: 4, result: 'failed' },
  { title: 'an empty capture of a string', text: one('bash {check capture=lag}', 'echo'), exit: 4, result: 'failed' },
  { title: 'a capture of the wrong type', text: one('bash {check capture=lag:int}', 'echo many'), exit: 4, result: 'failed' },
  {
    title: 'a capture of a number with a unit',
    text: one('bash {check capture=lag:int}', 'echo 12ms'),
    exit: 4,
    result: 'failed',
  },
  { title: 'a capture that is no JSON', text: one('bash {check capture=all:json}', 'echo "{a: 1"'), exit: 4, result: 'failed' },
  { title: 'a capture with a NUL', text: one('bash {check capture=lag}', "printf 'a\\0b'"), exit: 4, result: 'failed' },
  {
    title: 'a capture that is not UTF-8',
    text: one('bash {check capture=lag}', "printf '\\377\\376'"),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'a capture of more than 128 KiB',
    text: one('bash {check capture=lag}', 'head -c 200000 /dev/zero | tr "\\0" a'),
    exit: 4,
    result: 'failed',
  },
  { title: 'output that never comes', text: one('bash {check expect=nonempty}', 'true'), exit: 4, result: 'failed' },
  { title: 'output that should not be there', text: one('bash {check expect=empty}', 'echo oops'), exit: 4, result: 'failed' },
  {
    title: 'output that does not match',
    text: one('bash {check expect="/^ready$/"}', 'echo not ready'),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'an assertion that does not hold',
    text: one('bash {check capture=lag:int assert="lag < 3"}', 'echo 5'),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'an assertion over different types',
    text: one('bash {check capture=lag:string assert="lag < 3"}', 'echo 5'),
    exit: 4,
    result: 'failed',
  },
  { title: 'a check that takes too long', text: one('bash {check timeout=1s}', 'sleep 20'), exit: 4, result: 'failed' },
  {
    title: 'a command that takes too long',
    text: procedure(step(1, 'Do', fence('bash {command timeout=1s}', 'sleep 20'), none)),
    exit: 1,
    result: 'failed',
  },
  { title: 'a wait that never comes true', text: one('bash {wait timeout=2s every=500ms}', 'false'), exit: 4, result: 'failed' },
  {
    title: 'a hold that is broken each time',
    text: one('bash {wait timeout=3s every=500ms hold=2s}', 'if [ -e flip ]; then rm flip; false; else touch flip; fi'),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'a validation that fails after the change',
    text: procedure(
      step(
        1,
        'Do',
        fence('bash', 'touch made'),
        '**Validation**: there.\n',
        fence('bash', '[ -e other ]'),
        '**Rollback**:\n',
        fence('bash', 'rm made'),
      ),
    ),
    exit: 3,
    result: 'rolled-back',
  },
  {
    title: 'a change without a way back',
    text: procedure(step(1, 'One', fence('bash', 'touch one')), step(2, 'Two', fence('bash', 'false'))),
    exit: 1,
    result: 'failed',
  },
  {
    title: 'one change undone and one not',
    text: procedure(
      step(1, 'One', fence('bash', 'touch one'), '**Rollback**:\n', fence('bash', 'rm one')),
      step(2, 'Two', fence('bash', 'false')),
    ),
    exit: 5,
    result: 'rolled-back-in-part',
  },
  {
    title: 'a rollback that fails',
    text: procedure(
      step(1, 'One', fence('bash', 'touch one'), '**Rollback**:\n', fence('bash', 'rm one')),
      step(2, 'Two', fence('bash', 'touch two'), '**Rollback**:\n', fence('bash', 'false')),
      step(3, 'Three', fence('bash {check}', 'false')),
    ),
    exit: 5,
    result: 'rolled-back-in-part',
  },
  {
    title: 'a validation that is only text, and nobody there',
    text: procedure(step(1, 'One', fence('bash', 'touch one'), '**Validation**: it looks fine.\n', none)),
    exit: 2,
  },
  {
    title: 'a validation that is only text, judged as not holding',
    text: procedure(step(1, 'One', fence('bash {id=one}', 'touch one'), '**Validation**: it looks fine.\n', none)),
    answers: 'steps:\n  one-validation: no\n',
    exit: 1,
    result: 'failed',
  },
  { title: 'a step by hand, and nobody there', text: procedure(step(1, 'Call', 'Call the network team.\n')), exit: 2 },
  {
    title: 'a box, and nobody there',
    text: `## Prerequisites\n\n- [ ] Somebody agrees\n\n${one('bash {check}', 'true')}`,
    exit: 2,
  },
  {
    title: 'a box that does not hold',
    text: `## Prerequisites\n\n- [ ] Somebody agrees\n\n${one('bash {check}', 'true')}`,
    answers: 'steps:\n  somebody-agrees: no\n',
    exit: 4,
    result: 'failed',
  },
  {
    title: 'no row of a decision holds',
    text: procedure(
      step(
        1,
        'Look',
        fence('bash {check capture="n:int, m:int"}', 'n=3\nm=3'),
        '| If | Then |\n| --- | --- |\n| `n > m` | continue |\n| `n < m` | continue |\n',
      ),
    ),
    exit: 2,
  },
  {
    title: 'a loop that never ends',
    text: procedure(
      step(1, 'Look', '**At most**: 2\n', fence('bash {check capture=n:int}', 'echo 3')),
      step(2, 'Decide', '| If | Then |\n| --- | --- |\n| `n > 0` | Step 1 |\n| otherwise | continue |\n'),
    ),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'a guard that fails at once',
    text: procedure(step(1, 'Do', fence('bash {guard}', 'false'), fence('bash', 'touch made'), none)),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'a guard that fails meanwhile',
    text: procedure(
      step(
        1,
        'Do',
        fence('bash {guard every=200ms}', '[ ! -e broken ]'),
        fence('bash {command timeout=20s}', 'touch broken\nsleep 15'),
        none,
      ),
    ),
    exit: 1,
    result: 'failed',
  },
  {
    title: "a step that goes on after a failure, at its author's wish",
    text: procedure(
      step(1, 'Do', fence('bash {check on-failure=continue}', 'false')),
      step(2, 'More', fence('bash {check}', 'true')),
    ),
    exit: 4,
    result: 'failed',
  },
  { title: 'a block that reads its standard input', text: one('bash {check}', 'read -r line'), exit: 4, result: 'failed' },
  { title: 'exit in the middle with an error', text: one('bash {check}', 'exit 3'), exit: 4, result: 'failed' },
  { title: 'a subshell whose failure counts', text: one('bash {check}', '(exit 4)'), exit: 4, result: 'failed' },
  {
    title: 'a background job that is still running when its block ends',
    text: one('bash {check}', 'sleep 30 & wait -n; false'.replace('wait -n; ', '')),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'a retried check that never succeeds',
    text: one('bash {check retries=1}', 'echo try >> tries\nfalse'),
    exit: 4,
    result: 'failed',
  },
  {
    title: 'an irreversible step that was not allowed',
    text: procedure(step(1, 'Drop', fence('bash {id=drop irreversible}', 'touch dropped'))),
    exit: 2,
  },
  {
    title: 'a simulated step whose proof would pass',
    text: procedure(
      step(1, 'Look', fence('bash {check}', 'false')),
      step(2, 'Do', '**Drill**: simulated\n', fence('bash', 'touch made'), '**Validation**: yes.\n', fence('bash', 'true'), none),
    ),
    flags: ['--drill'],
    exit: 4,
    result: 'failed',
  },
  {
    title: 'a capture that holds a secret',
    text: `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| TOKEN | secret | env | a token |\n\n${one('bash {check capture=said}', 'echo "$TOKEN"')}`,
    exit: 4,
    result: 'failed',
  },
]

test.each(cases)(
  'never passed: $title',
  async ({ text, exit, result, answers, project, flags = [] }) => {
    const { root, remove } = workspace({
      'book.md': `# Book\n\n${text}`,
      ...(answers === undefined ? {} : { 'answers.yaml': answers }),
      ...(project === undefined ? {} : { 'reprise.yaml': project }),
    })
    try {
      const given = answers === undefined ? [] : ['--answers', 'answers.yaml']
      const ended = await reprise(['run', 'book.md', '--unattended', ...given, ...flags], {
        cwd: root,
        env: { TOKEN: 'very-secret-token' },
      })
      expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(exit)
      const after = readFileSync(join(root, 'book.md'), 'utf8')
      expect(after).not.toMatch(/\| passed/)
      if (result === undefined) expect(after).toBe(`# Book\n\n${text}`)
      else expect(after).toMatch(new RegExp(`\\| ${result}(?: at |, | +\\|)`))
    } finally {
      remove()
    }
  },
  30_000,
)
