import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readScript } from '../../engine/lint/read-script.ts'

const said = (source: string): string[] =>
  readScript(source).commands.map(({ words, around }) => [...around, ...words.map(({ value }) => value)].join(' '))

describe('a script is read into commands with what stands around them', () => {
  test.each([
    ['a && b || c; d & e', ['a', 'b', 'c', 'd', 'e']],
    ['x=$(a "$(b)") c', ['c', '$( a $(b)', '$( $( b']],
    ['if a; then b; else c; fi', ['if a', 'then b', 'then c']],
    ['while a; do b; done | c', ['while a', 'loop b', 'c']],
    ['for i in 1 2; do a; done', ['for for i in 1 2', 'loop a']],
    ['case $x in a|b) c ;; *) d;; esac; e', ['case $x in', 'case c', 'case d', 'e']],
    ['f() { a; }; function g { b; }; { c; }; (d)', ['function a', 'function b', '{ c', '( d']],
    ["cat <<EOF | b\nit's $(c)\nEOF\nd", ['cat', 'b', 'd']],
    ['a <(b) >(c)', ['a <(b) >(c)', '<( b', '<( c']],
    ['[[ a < b && c ]] && d', ['[[ a b c ]]', 'd']],
    ['echo `a "b"` \\\n  c # d', ['echo `a "b"` c', '$( a b']],
    ["echo 'a;b' \"c;$(d)\" e\\;f $'g\\'h'", ["echo a;b c;$(d) e;f g\\'h", '$( d']],
  ])('%s', (source, expected) => {
    expect(said(source)).toEqual(expected)
  })
})

test('joints and negation belong to the pipeline', () => {
  const { commands } = readScript('! a | b && c')
  expect(commands.map(({ before, after, negated }) => [before, after, negated])).toEqual([
    ['', '|', true],
    ['|', '&&', true],
    ['&&', '', false],
  ])
})

test('any text is read to its end', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '$(',
    ')',
    '(',
    '((',
    '))',
    '`',
    "'",
    '"',
    '${',
    '}',
    '{',
    '|',
    '&',
    ';',
    ';;',
    '<',
    '>',
    '<<E',
    'case x in ',
    'esac',
    '[[ ',
    ']]',
    '#',
    '\\',
    '=',
    'f()',
    '!',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const source = pieces.join('')
      for (const { offset, end } of readScript(source).commands) {
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(source.length)
      }
    }),
    { numRuns: 2000 },
  )
})
