import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { wordsOf } from '../../engine/words/words.ts'

const folder = fileURLToPath(new URL('../../steps/', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[a-z]+\/[a-z0-9-]+\.ts$/.test(name))
  .toSorted()
const { typed } = wordsOf('fr')

/** They are the same in both languages. */
const NO_WORDS = /^(?:GET|POST|PUT) \S+$/

describe('what typed steps say, in French', () => {
  test.each(files)('%s says what it does', async (file) => {
    const step = ((await import(join(folder, file))) as { default?: { examples?: readonly { says: string }[] } }).default
    for (const { says } of step?.examples ?? []) if (!NO_WORDS.test(says)) expect(typed.does(says), says).not.toBe(says)
  })

  test.each([
    ['3 brokers are online in kafka-1:9092', '3 brokers sont en ligne dans kafka-1:9092'],
    [
      'every partition of all topics has a leader on kafka-1:9092',
      'chaque partition de tous les topics a un leader sur kafka-1:9092',
    ],
    [
      'every partition of orders, payments-* has a leader on kafka-1:9092',
      'chaque partition de orders, payments-* a un leader sur kafka-1:9092',
    ],
    ['deny WRITE on load of kafka-1:9092 to User:*', 'refuser WRITE sur load de kafka-1:9092 à User:*'],
    ['my own step does it', 'my own step does it'],
  ])('%s', (english, french) => {
    expect(typed.does(english)).toBe(french)
    expect(wordsOf('en').typed.does(english)).toBe(english)
  })

  test.each([
    ['all 12 partitions have a leader', 'les 12 partitions ont toutes un leader'],
    [
      'orders-0: 86 missing, 0 altered, 1 duplicates; orders-1: the same records in another order',
      'orders-0 : 86 manquants, 0 altérés, 1 en double ; orders-1 : les mêmes enregistrements dans un autre ordre',
    ],
    [
      'broker 2 is listed, but kafka-2:9092 cannot be reached: connection refused',
      'le broker 2 est annoncé, mais kafka-2:9092 est injoignable : connection refused',
    ],
    ['ok', 'ok'],
  ])('%s', (english, french) => {
    expect(typed.found(english)).toBe(french)
    expect(wordsOf('en').typed.found(english)).toBe(english)
  })
})
