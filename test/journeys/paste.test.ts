import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainEnv, reprise, workspace } from '../support/reprise.ts'

/** Lines that a person may write: they assign, move, write, and use what was assigned before. */
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('one', "it's", 'two words', 'a\nb', '$', '', '*', 'é'))
    .map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`),
  fc.constantFrom('A', 'B', 'C').map((name) => `unset ${name}`),
  fc.constantFrom('A', 'B', 'C').map((name) => `printf '%s|' "\${${name}-unset}" "$PWD" "$P" >> "$TOP/log"`),
  fc.constantFrom('x', 'y').map((name) => `mkdir -p ${name} && cd ${name}`),
  fc.constant('cd "$TOP"'),
  fc.constant('P=changed'),
  fc.constant('n=$(( ${n:-0} + 1 )); echo "$n" >> "$TOP/count"'),
  fc.constant('for i in 1 2; do echo "$i" >> "$TOP/loop"; done'),
  fc.constant('greet "$(basename "$PWD")" >> "$TOP/greet"'),
  fc.constant('cat << EOF >> "$TOP/here"\n${A-none} $P\nEOF'),
  fc.constant('export D="${A-}${B-}"'),
  fc.constant('echo "${D-no}" >> "$TOP/d"'),
)
const block = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'))
const book = fc.array(block, { minLength: 1, maxLength: 6 })

const setup = 'greet() { echo "hello $1 ${i-}"; }'

const markdown = (blocks: readonly string[]): string =>
  [
    '# Paste\n',
    '## Parameters\n',
    '| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| P | string | `as given` | a value |\n| TOP | path | ask | the folder |\n',
    "Without the tool: `P='as given' TOP=$PWD`\n",
    '## Procedure\n',
    `\`\`\`bash {setup}\n${setup}\n\`\`\`\n`,
    ...blocks.map(
      (text, index) =>
        `### Step ${index + 1}: Do ${index + 1}\n\n\`\`\`bash {command timeout=30s}\n${text}\n\`\`\`\n\n**Rollback**: none, it is a test.\n`,
    ),
  ].join('\n')

/** Every file below, with its bytes; folders too. */
function everythingIn(root: string): Record<string, string> {
  return Object.fromEntries(
    (readdirSync(root, { recursive: true }) as string[])
      .filter((name) => !/^\.(git|reprise)|^book\.md$/.test(name))
      .toSorted()
      .map((name) => [
        name,
        statSync(join(root, name)).isDirectory()
          ? '/'
          : readFileSync(join(root, name), 'utf8').replaceAll(root, 'TOP').replaceAll(basename(root), 'TOP'),
      ]),
  )
}

test('pasting the blocks into one bash has the effects of the run', async () => {
  await fc.assert(
    fc.asyncProperty(book, async (blocks) => {
      const run = workspace({ 'book.md': markdown(blocks) })
      const pasted = workspace({})
      try {
        const ended = await reprise(['run', 'book.md', '--unattended', '--quiet', '-p', `TOP=${run.root}`], { cwd: run.root })
        expect(ended.code, ended.stdout + ended.stderr).toBe(0)
        execFileSync('bash', ['--norc'], {
          cwd: pasted.root,
          env: plainEnv({ P: 'as given', TOP: pasted.root }),
          input: `set -a\n${[setup, ...blocks].join('\n')}\n`,
          stdio: ['pipe', 'ignore', 'inherit'],
        })
        expect(everythingIn(run.root)).toEqual(everythingIn(pasted.root))
      } finally {
        run.remove()
        pasted.remove()
      }
    }),
    { numRuns: 30 },
  )
}, 120_000)
