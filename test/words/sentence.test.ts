import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, test } from 'vitest'
import { translationOf } from '../../engine/words/sentence.ts'
import { wordsOf } from '../../engine/words/words.ts'

const rooms = ['document', 'language', 'lint', 'plan', 'workspace', 'secrets', 'cli'].map((room) => `engine/${room}`)
const french = wordsOf('fr').problem.said

/** Sentences of a source file that begin with `Unexpected`, each value in them an `X`. */
function sentencesOf(file: string): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (typeof node !== 'object' || node === null) return
    const { type, value, quasis } = node as {
      readonly type?: string
      readonly value?: unknown
      readonly quasis?: readonly { readonly value: { readonly cooked: string } }[]
    }
    if (type === 'Literal' && typeof value === 'string') found.push(value)
    if (type === 'TemplateLiteral') found.push((quasis ?? []).map(({ value: { cooked } }) => cooked).join('X'))
    Object.values(node).forEach(visit)
  }
  visit(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }, file))
  return found.filter((text) => /^Unexpected [a-z"`X-].*[a-z]/.test(text) && text !== 'Unexpected X')
}

describe('a sentence of a problem, in French', () => {
  test('is there for each that the engine makes', () => {
    const files = rooms.flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(room, name)),
    )
    const sentences = files.flatMap(sentencesOf)
    expect(sentences.length).toBeGreaterThan(150)
    // Made of the engine's own words: those below are listed with each of their words.
    const general = [
      'Unexpected X X, expected X',
      'Unexpected X "X", expected X',
      'Unexpected key "X"X, expected X',
      'Unexpected jump to "X", which X a repeated X',
      'Unexpected X X, expected it in a procedure, in the prerequisites, in the rollback or in the cleanup',
      'Unexpected second history table, expected one with a X column',
      'Unexpected change of X for what follows, expected X',
      'Unexpected value for X: X',
      'Unexpected --unattended in a drill of level X: a person X, at a terminal',
    ]
    const english = sentences.filter((text) => french(text) === text || french(text).startsWith('Inattendu'))
    expect(
      english.filter((text) => !general.includes(text) && !text.startsWith('Unexpected X "X", expected X X such as')),
    ).toEqual([])
  })

  test.each([
    [
      'Unexpected duration "90 sec", expected a duration such as 90s or 2m',
      'Inattendu : durée « 90 sec », attendu par exemple 90s ou 2m',
    ],
    ['Unexpected key "runz", expected runs, steps', 'Clé « runz » inattendue, attendu runs, steps'],
    [
      'Unexpected value "x" of MAX (flag), expected true or false',
      'Valeur « x » inattendue de MAX (flag), attendu true ou false',
    ],
    ['MAX has no value and no default', "MAX n'a ni valeur ni défaut"],
    ["Unknown command 'nope' (Did you mean note?)", 'Commande « nope » inconnue (vouliez-vous note ?)'],
    ['Unexpected limits.fresh 3, expected a duration such as 10m', 'Inattendu : limits.fresh 3, attendu une durée telle que 10m'],
    [
      'Unexpected value for `max` of `kafka.lag`: expected number, received string',
      'Valeur inattendue pour `max` de `kafka.lag` : attendu un nombre, reçu un texte',
    ],
  ])('%s', (en, fr) => {
    expect(french(en)).toBe(fr)
  })

  test.each([
    ['it is already so', "c'est déjà le cas"],
    ['lag <= MAX_LAG does not hold', "lag <= MAX_LAG n'est pas vrai"],
    ['what earlier blocks carried on is lost', 'ce que les blocs précédents ont transmis est perdu'],
  ])('of an outcome: %s', (en, fr) => {
    expect(french(en)).toBe(fr)
  })

  test('keeps what the author wrote, whatever it says', () => {
    expect(
      french('Unexpected section "a value, expected more than nothing", which is none of the format\'s: expected "Steps"'),
    ).toBe("Section « a value, expected more than nothing » inattendue, ce n'est pas une de celles du format : attendu « Steps »")
    expect(french('Something else')).toBe('Something else')
  })

  test('takes the pattern with the most words of its own', () => {
    const said = translationOf([
      ['Unexpected {1}', 'Inattendu : {1}'],
      ['Unexpected fence {1}', 'Bloc inattendu : {1}'],
    ])
    expect(said('Unexpected fence x')).toBe('Bloc inattendu : x')
    expect(said('Unexpected x')).toBe('Inattendu : x')
  })
})
