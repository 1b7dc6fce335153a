import { describe, expect, test } from 'vitest'
import { byTool, clusterInput } from '../../../steps/kafka/support/cluster-input.ts'
import { parseProperties } from '../../../steps/support/properties.ts'
import { isMeant, namesOf } from '../../../steps/kafka/support/topic-filter.ts'

describe("Java's properties", () => {
  test.each([
    ['a=1\nb:2\nc 3', { a: '1', b: '2', c: '3' }],
    ['# no\n! no\n\n  a = 1 ', { a: '1 ' }],
    ['a=1\na=2', { a: '2' }],
    ['a=one,\\\n   two', { a: 'one,two' }],
    ['a=one\\\\\nb=2', { a: 'one\\', b: '2' }],
    ['a\\=b=c\\:d', { 'a=b': 'c:d' }],
    ['a=\\u0041\\t\\n.', { a: 'A\t\n.' }],
    ['a=x=y:z', { a: 'x=y:z' }],
    ['a=1\r\nb=2\rc=3', { a: '1', b: '2', c: '3' }],
    ['a', { a: '' }],
    ['a=# no comment', { a: '# no comment' }],
  ])('%j', (text, expected) => {
    expect(Object.fromEntries(parseProperties(text))).toEqual(expected)
  })
})

describe('bootstrap servers', () => {
  test.each(['kafka-1:9092', 'kafka-1:9092,kafka-2.example:9092', '127.0.0.1:9092, [::1]:9093'])('%s', (text) => {
    expect(clusterInput.cluster.safeParse(text).success).toBe(true)
  })

  test.each(['', 'kafka-1', 'kafka-1:', 'kafka-1:9092,', 'http://kafka-1:9092', 'kafka 1:9092', 'a:1;rm -rf'])(
    'not %j',
    (text) => {
      expect(clusterInput.cluster.safeParse(text).success).toBe(false)
    },
  )
})

test("Kafka's own tools get the same connection", () => {
  expect(byTool('kafka-topics', { cluster: 'a:1,b:2' }, '--list')).toBe('kafka-topics.sh --bootstrap-server a:1,b:2 --list')
  expect(byTool('kafka-topics', { cluster: 'a:1', config: "it's.properties" }, '--topic', '*')).toBe(
    String.raw`kafka-topics.sh --bootstrap-server a:1 --command-config 'it'\''s.properties' --topic '*'`,
  )
  expect(byTool('kafka-console-consumer', { cluster: 'a:1', config: 'c' })).toBe(
    'kafka-console-consumer.sh --bootstrap-server a:1 --consumer.config c',
  )
})

describe('topics that a filter means', () => {
  const all = [
    { name: 'orders', isInternal: false },
    { name: 'orders.eu', isInternal: false },
    { name: 'ordersXeu', isInternal: false },
    { name: '__consumer_offsets', isInternal: true },
  ]
  test.each([
    [{}, null, ['orders', 'orders.eu', 'ordersXeu', '__consumer_offsets']],
    [{ includeInternal: false }, null, ['orders', 'orders.eu', 'ordersXeu']],
    [{ topics: 'orders' }, ['orders'], ['orders']],
    [{ topics: 'orders.*' }, null, ['orders.eu']],
    [{ topics: ['orders.eu', '__*'] }, null, ['orders.eu', '__consumer_offsets']],
    [{ topics: '__*', includeInternal: false }, null, []],
    [{ topics: '__consumer_offsets', includeInternal: false }, ['__consumer_offsets'], ['__consumer_offsets']],
  ])('%j', (given, names, meant) => {
    const filter = { includeInternal: true, ...given }
    expect(namesOf(filter)).toEqual(names)
    expect(all.filter((topic) => isMeant(filter, topic)).map(({ name }) => name)).toEqual(meant)
  })
})
