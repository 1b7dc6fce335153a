import { outcomeText } from '../../engine/terminal/outcome-text.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limit, took } from '../../engine/words/took.ts'
import { wordsOf } from '../../engine/words/words.ts'

/** Every word with its path; functions by what they say of plain arguments. */
function leaves(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  if (typeof node === 'function')
    return [[path, String((node as (...args: unknown[]) => unknown)(...Array.from({ length: node.length }, () => 2)))]]
  return Object.entries(node as object).flatMap(([key, value]) => leaves(value, path === '' ? key : `${path}.${key}`))
}

describe('the two languages', () => {
  const [en, fr] = [leaves(wordsOf('en')), leaves(wordsOf('fr'))]

  test('have the same keys', () => {
    expect(fr.map(([path]) => path).toSorted()).toEqual(en.map(([path]) => path).toSorted())
  })

  test('never say undefined', () => {
    expect([...en, ...fr].filter(([, text]) => text.includes('undefined') || text.includes('[object'))).toEqual([])
  })

  test('French sets a blank before a colon, English does not', () => {
    const wrong = (words: readonly [string, string][], pattern: RegExp) =>
      words.filter(([path, text]) => path !== 'colon' && pattern.test(text))
    expect(wrong(fr, /\p{L}:(?: |$)/u)).toEqual([])
    expect(wrong(en, /\p{L} :(?: |$)/u)).toEqual([])
  })

  test('say the words of the history table', () => {
    expect(wordsOf('fr').results).toEqual({
      passed: 'réussi',
      failed: 'échoué',
      'rolled-back': 'annulé',
      'rolled-back-in-part': 'annulé en partie',
      stopped: 'arrêté',
      waiting: 'en attente',
      aborted: 'interrompu',
    })
    expect(Object.keys(wordsOf('en').results)).toEqual(Object.values(wordsOf('en').results))
    expect(wordsOf('fr').failedAt('dns')).toBe('échoué à dns')
    expect([wordsOf('fr').modes.attended, wordsOf('fr').modes.unattended, wordsOf('fr').drill('full')]).toEqual([
      'assisté',
      'automatique',
      'exercice (full)',
    ])
  })

  test('count in the singular and the plural', () => {
    expect(wordsOf('en').simulated(1)).toBe('1 step simulated')
    expect(wordsOf('en').simulated(2)).toBe('2 steps simulated')
    expect(wordsOf('fr').simulated(1)).toBe('1 étape simulée')
    expect(wordsOf('fr').simulated(2)).toBe('2 étapes simulées')
  })
})

describe('a time', () => {
  test.each([
    [0, '0s'],
    [1, '0.1s'],
    [300, '0.3s'],
    [4000, '4s'],
    [9949, '9.9s'],
    [9999, '10s'],
    [12_400, '12s'],
    [59_499, '59s'],
    [59_600, '1m00s'],
    [130_000, '2m10s'],
    [545_000, '9m05s'],
    [3_600_000, '1h00m00s'],
    [3_730_000, '1h02m10s'],
    [-5, '0s'],
    [Number.NaN, '0s'],
  ])('of %i ms is %s', (ms, text) => expect(took(ms)).toBe(text))

  test.each([
    [500, '500ms'],
    [30_000, '30s'],
    [90_000, '1m30s'],
    [900_000, '15m'],
    [7_200_000, '2h'],
    [5_400_000, '1h30m'],
  ])('limit of %i ms is %s', (ms, text) => expect(limit(ms)).toBe(text))

  test('never has 60 of a unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        (ms) => !/(^|[hm])60[ms]/.test(took(ms)) && !/(^|[hm])60[ms]/.test(limit(ms)),
      ),
    )
  })
})

test('that the engine died is said once, in the language of the reader', () => {
  const outcome = {
    status: 'unknown',
    cause: { type: 'runner-died', text: 'the engine died during this step' },
    tail: '',
    tookMs: 0,
  } as const
  expect(outcomeText(outcome, wordsOf('fr'))).toBe('le moteur est mort')
  expect(outcomeText(outcome, wordsOf('en'))).toBe('the engine died')
})
