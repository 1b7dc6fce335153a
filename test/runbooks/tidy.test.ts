import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Configuration } from 'markdownlint'
import { lint } from 'markdownlint/promise'
import { check } from 'prettier'
import { expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import type { Block } from '../../engine/model/runbook.ts'
import { describeWith } from '../support/describe-with.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const config = JSON.parse(readFileSync(join(root, '.markdownlint.json'), 'utf8')) as Configuration
const shipped = (readdirSync(join(root, 'runbooks'), { recursive: true }) as string[]).filter((name) => name.endsWith('.md'))
const read = (name: string): string => readFileSync(join(root, 'runbooks', name), 'utf8')

test('there are runbooks to look at', () => expect(shipped.length).toBeGreaterThan(25))

test.each(shipped)('%s stays as it is under Prettier, and markdownlint has nothing to say', async (name) => {
  expect(await check(read(name), { parser: 'markdown' })).toBe(true)
  const problems = Object.values(await lint({ strings: { [name]: read(name) }, config })).flat()
  expect(problems.map(({ lineNumber, ruleDescription }) => `${name}:${lineNumber} ${ruleDescription}`)).toEqual([])
})

/** Every block of a runbook that is a shell's, wherever it stands. */
function shellBlocks(node: unknown): readonly Block[] {
  if (typeof node !== 'object' || node === null) return []
  if ('type' in node && node.type === 'block') return (node as Block).kind === 'shell' ? [node as Block] : []
  return Object.values(node).flatMap(shellBlocks)
}

describeWith(['shellcheck'], 'shellcheck', () => {
  // A name may come from outside (parameters, captures) and go to a later block.
  const flags = ['--shell=bash', '--exclude=SC2154,SC2153,SC2034', '--format=gcc', '-']
  test.each(shipped.filter((name) => name !== 'README.md'))('has nothing to say to the blocks of %s', (name) => {
    const { runbook } = parseRunbook({ file: name, source: read(name) })
    const blocks = new Map(shellBlocks(runbook).map((block) => [block.place.line, block])).values()
    const said = [...blocks].flatMap(({ body, place }) => {
      const { stdout, status } = spawnSync('shellcheck', flags, { input: `set -euo pipefail\n${body}\n`, encoding: 'utf8' })
      return status === 0 ? [] : [`${name}:${place.line}\n${stdout}`]
    })
    expect(said.join('\n')).toBe('')
  })

  test('would say something', () => {
    const { status } = spawnSync('shellcheck', flags, {
      input: 'set -euo pipefail\ncd $FOLDER\nls *.txt | grep x\n',
      encoding: 'utf8',
    })
    expect(status).toBe(1)
  })
})
