import { expect, test } from 'vitest'
import type { Acl } from '../../../steps/kafka/support/acl.ts'
import { mayWrite, missingLogins, writersOf } from '../../../steps/kafka/support/writers.ts'

const allow = (more: Partial<Acl> = {}): Acl => ({
  resourceType: 'topic',
  resourceName: 'orders',
  patternType: 'literal',
  principal: 'User:shop',
  host: '*',
  operation: 'write',
  permission: 'allow',
  ...more,
})
const shop = { topic: 'orders', principal: 'User:shop', host: '*' }

test.each([
  ['the topic by its name', allow()],
  ['every operation', allow({ operation: 'all' })],
  ['a prefix of it', allow({ patternType: 'prefixed', resourceName: 'ord' })],
  ['every topic', allow({ resourceName: '*' })],
  ['everybody', allow({ principal: 'User:*' })],
])('a rule about %s lets somebody write', (_, acl) => {
  expect(mayWrite([acl], shop)).toBe(true)
})

test.each([
  ['reading', allow({ operation: 'read' })],
  ['another topic', allow({ resourceName: 'order' })],
  ['another prefix', allow({ patternType: 'prefixed', resourceName: 'orders-' })],
  ['somebody else', allow({ principal: 'User:bank' })],
  ['one host', allow({ host: '10.0.0.1' })],
  ['a group of that name', allow({ resourceType: 'group' })],
])('a rule about %s does not', (_, acl) => {
  expect(mayWrite([acl], shop)).toBe(false)
})

test('a denial takes it away again, but the fence of a switch, which is taken away itself', () => {
  const deny = (more: Partial<Acl>): readonly Acl[] => [allow(), allow({ permission: 'deny', ...more })]
  expect(mayWrite(deny({}), shop)).toBe(false)
  expect(mayWrite(deny({ operation: 'all', principal: 'User:*' }), shop)).toBe(false)
  expect(mayWrite(deny({ principal: 'User:*' }), shop)).toBe(true)
  expect(writersOf(deny({}), ['orders'])).toEqual([])
  expect(writersOf(deny({ host: '10.0.0.9' }), ['orders'])).toEqual([shop])
})

test('writers of a cluster are those that it lets write, each once for a topic and a host', () => {
  const acls = [
    allow(),
    allow({ operation: 'all' }),
    allow({ principal: 'User:bank', host: '10.0.0.1' }),
    allow({ principal: 'User:eve', operation: 'read' }),
  ]
  expect(writersOf(acls, ['orders', 'other'])).toEqual([shop, { topic: 'orders', principal: 'User:bank', host: '10.0.0.1' }])
})

test('a user that logs in by SCRAM is wanted on the other cluster by the same mechanism', () => {
  const from = new Map([['shop', ['SCRAM-SHA-256', 'SCRAM-SHA-512']]])
  const to = new Map([['shop', ['SCRAM-SHA-512']]])
  expect(missingLogins('User:shop', { from, to })).toEqual(['SCRAM-SHA-256'])
  expect(missingLogins('User:CN=shop', { from, to })).toEqual([])
  expect(missingLogins('User:shop', { from: null, to })).toEqual([])
})
