import { describe, expect, test } from 'vitest'
import { judge, type RawResult } from '../../engine/machine/judge.ts'

const raw = (given: Partial<RawResult> = {}): RawResult => ({
  exit: 0,
  signal: null,
  cause: null,
  causeText: '',
  stdout: '',
  assigned: {},
  output: null,
  ...given,
})
const capture = (name: string, type = 'string') => ({ captures: [{ name, type }], expect: null, assert: null })
const bare = { captures: [], expect: null, assert: null }

describe('a result is judged', () => {
  test.each<readonly [string, Parameters<typeof judge>[0], Partial<RawResult>, string]>([
    ['exit 0 is done', bare, {}, 'done'],
    ['another exit', bare, { exit: 1 }, 'failed exit'],
    ['no exit at all', bare, { exit: null }, 'failed exit'],
    ['a signal', bare, { exit: null, signal: 'SIGKILL' }, 'failed signal'],
    ['a timeout before its exit', bare, { exit: 0, cause: 'timeout' }, 'failed timeout'],
    ['a guard', bare, { cause: 'guard' }, 'failed guard'],
    ['a process that never began', bare, { exit: null, cause: 'spawn' }, 'not-started spawn'],
    ['an empty capture', capture('n'), { stdout: ' \n' }, 'failed capture'],
    ['an empty variable, whatever was printed', capture('n'), { stdout: 'x', assigned: { n: '' } }, 'failed capture'],
    ['an int that is none', capture('n', 'int'), { stdout: 'many' }, 'failed capture'],
    ['an int with a unit', capture('n', 'int'), { stdout: '12ms' }, 'failed capture'],
    ['an int', capture('n', 'int'), { stdout: '12\n' }, 'done'],
    ['an int that is too large', capture('n', 'int'), { stdout: '99999999999999999999' }, 'failed capture'],
    ['a bool', capture('n', 'bool'), { stdout: 'yes' }, 'failed capture'],
    ['JSON that is none', capture('n', 'json'), { stdout: '{a: 1' }, 'failed capture'],
    ['an empty list of JSON is a value', capture('n', 'json'), { stdout: '[]' }, 'done'],
    ['a NUL', capture('n'), { stdout: 'a\0b' }, 'failed capture'],
    ['what is no UTF-8', capture('n'), { stdout: null }, 'failed capture'],
    ['an output that a typed step did not give', capture('n'), { output: {} }, 'failed capture'],
    ['a name of Object’s own is no value', capture('constructor'), { stdout: '' }, 'failed capture'],
    ['an output of that name neither', capture('constructor'), { output: {} }, 'failed capture'],
    ['a type that nobody knows', capture('n', 'nonsense'), { stdout: 'x' }, 'failed capture'],
    ['output expected', { ...bare, expect: 'nonempty' }, { stdout: '\n' }, 'failed expect'],
    ['no output expected', { ...bare, expect: 'empty' }, { stdout: 'x' }, 'failed expect'],
    ['a pattern on one of the lines', { ...bare, expect: '/^ready$/' }, { stdout: 'not yet\nready\n' }, 'done'],
    ['a pattern that is nowhere', { ...bare, expect: '/^ready$/' }, { stdout: 'not ready' }, 'failed expect'],
    ['a pattern that is none', { ...bare, expect: '/(/' }, { stdout: '(' }, 'failed expect'],
    ['an expectation that nobody knows', { ...bare, expect: 'something' }, { stdout: 'x' }, 'failed expect'],
    ['an assertion that holds', { ...capture('n', 'int'), assert: 'n < 3' }, { stdout: '2' }, 'done'],
    ['one that does not', { ...capture('n', 'int'), assert: 'n < 3' }, { stdout: '5' }, 'failed assert'],
    ['one over different types', { ...capture('n'), assert: 'n < 3' }, { stdout: '2' }, 'failed assert'],
    ['one of an unknown name', { ...bare, assert: 'm < 3' }, {}, 'failed assert'],
    ['one that is no condition', { ...capture('n', 'int'), assert: 'n' }, { stdout: '2' }, 'failed assert'],
  ])('%s', (_, entry, given, expected) => {
    const { status, cause } = judge(entry, raw(given), {})
    expect([status, ...(cause === undefined ? [] : [cause.type])].join(' ')).toBe(expected)
  })

  test('a secret is not told when it is ill-typed', () => {
    const { cause } = judge(capture('n', 'secret'), raw({ stdout: 'hunter2\0' }), {})
    expect(cause?.text).not.toContain('hunter2')
  })

  test('of several, the first cause wins', () => {
    expect(judge({ ...capture('n', 'int'), expect: 'empty' }, raw({ exit: 3, stdout: 'x' }), {}).cause).toEqual({
      type: 'exit',
      text: '3',
    })
  })
})
