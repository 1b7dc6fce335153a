import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDotenv } from '../../engine/workspace/dotenv.ts'
import { folderWith } from './folder.ts'

const good = `# staging
BOOTSTRAP=kafka-1:9092,kafka-2:9092

export BROKERS="kafka-1 kafka-2"
EMPTY=
QUOTED='it is $HOME, "really"'
ESCAPED="a \\"quoted\\" \\\\ back\\slash"
  INDENTED=x   # why
HASH=a#b
URL=http://connect:8083/?a=1
LINES='one
two'
toString=odd`

test('values are as a shell that sources the file has them', () => {
  const { values, problems } = readDotenv('inventory/staging.env', good)
  expect(problems).toEqual([])
  const file = join(folderWith({ 'staging.env': good }), 'staging.env')
  for (const [name, value] of Object.entries(values)) {
    const sourced = execFileSync('bash', ['-c', `set -a; . "$1"; printf %s "$${name}"`, 'bash', file], { encoding: 'utf8' })
    expect({ name, value }).toEqual({ name, value: sourced })
  }
  expect(Object.keys(values)).toHaveLength(10)
})

describe('what a shell would read differently is a problem with its line', () => {
  test.each([
    ['no assignment', 'A=1\nhello\n', 2],
    ['blanks around the sign', 'A = 1\n', 1],
    ['two words', 'A=one two\n', 1],
    ['a variable', 'A=1\nB=$A\n', 2],
    ['a variable in double quotes', 'A="x $HOME"\n', 1],
    ['a command', 'A=`date`\n', 1],
    ['a back-tick in double quotes', 'A="`date`"\n', 1],
    ['a command after it', 'A=1; rm -rf /\n', 1],
    ['a backslash', 'A=a\\b\n', 1],
    ['quotes and a word', "A='a'b\n", 1],
    ['a home folder', 'A=~/x\n', 1],
    ['a home folder after a colon', 'A=/a:~/b\n', 1],
    ['a name with a dash', 'A-B=1\n', 1],
    ['a quote that never closes', "A=1\nB='x\nC=2\n", 2],
    ['a carriage return', 'A=1\r\n', 1],
    ['a byte order mark', '\uFEFFA=1\n', 1],
    ['export without a value', 'export A\n', 1],
    ['an array', 'A=(a b)\n', 1],
  ])('%s', (_name, text, line) => {
    const { problems } = readDotenv('x.env', text)
    expect(problems[0]).toMatchObject({ file: 'x.env', rule: 'inventory-line', severity: 'error', place: { line } })
  })
})

test('a name given twice is a warning, and the last one counts as in a shell', () => {
  const { values, problems } = readDotenv('x.env', 'A=1\nB=2\nA=3\n')
  expect(values).toEqual({ A: '3', B: '2' })
  expect(problems).toMatchObject([
    { rule: 'inventory-duplicate', severity: 'warning', place: { line: 3 }, cause: { place: { line: 1 } } },
  ])
})

test('whatever is accepted, bash gives the same value', () => {
  const folder = folderWith({ 'x.env': '' })
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab1 \'"\\$`;#~:=!*?{},.&|<>()[]\t\n'.split('')), maxLength: 12 }),
      (text) => {
        const { values, problems } = readDotenv('x.env', `A=${text}`)
        if (problems.length > 0 || values['A'] === undefined || Object.keys(values).length > 1) return
        const sourced = execFileSync('bash', ['-c', `${`A=${text}`}\nprintf '%s|' "$A"`], { encoding: 'utf8', cwd: folder })
        expect(`${values['A']}|`).toBe(sourced)
      },
    ),
    { numRuns: 150 },
  )
})
