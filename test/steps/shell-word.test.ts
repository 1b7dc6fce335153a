import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from '../../steps/support/shell-word.ts'

test.each([
  ['dr-test-$RUN_ID', 'dr-test-r-1'],
  ['${RUN_ID}.log', 'r-1.log'],
  ['$RUN_ID "quoted" `date` $(date) \\ $5 it\'s', 'r-1 "quoted" `date` $(date) \\ $5 it\'s'],
  ["it's $(date) `date` \\n 100$", "it's $(date) `date` \\n 100$"],
  ['', ''],
])('%s is one word of a shell, its names and nothing else filled in', (text, shown) => {
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-uc', `printf '<%s>' ${shellWord(text)}`], {
    env: { PATH: process.env['PATH'], RUN_ID: 'r-1' },
    encoding: 'utf8',
  })
  expect([stdout, stderr]).toEqual([`<${shown}>`, ''])
})
