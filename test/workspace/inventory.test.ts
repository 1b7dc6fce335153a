import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listEnvironments, readEnvironment, readHosts } from '../../engine/workspace/inventory.ts'
import { folderWith } from './folder.ts'

test('environments are the .env files of the folder, sorted', async () => {
  const root = folderWith({
    'inventory/staging.env': '',
    'inventory/production.env': '',
    'inventory/hosts.yaml': '',
    'inventory/.env': '',
  })
  mkdirSync(join(root, 'inventory/old.env'))
  expect(await listEnvironments(join(root, 'inventory'))).toEqual(['production', 'staging'])
  expect(await listEnvironments(join(root, 'nowhere'))).toEqual([])
})

test('an environment knows its values and where they came from', async () => {
  const root = folderWith({ 'inventory/staging.env': 'A=1\n' })
  expect(await readEnvironment({ folder: join(root, 'inventory'), name: 'staging', root })).toEqual({
    environment: { name: 'staging', values: { A: '1' }, origin: 'inventory/staging.env' },
    problems: [],
  })
})

test.each(['stagin', '../staging', ''])(
  'an environment %j that is not there is a problem with the nearest name',
  async (name) => {
    const root = folderWith({ 'inventory/staging.env': '' })
    const { environment, problems } = await readEnvironment({ folder: join(root, 'inventory'), name, root })
    expect(environment).toBeNull()
    expect(problems).toMatchObject([{ rule: 'unknown-environment', expected: ['staging'], actual: name }])
  },
)

test('hosts have a status, and what else a team keeps there is theirs', async () => {
  const root = folderWith({ 'inventory/hosts.yaml': 'kafka-1: {status: active, rack: a}\nkafka-0: {status: decommissioned}\n' })
  expect(await readHosts({ folder: join(root, 'inventory'), root })).toEqual({
    hosts: { 'kafka-1': { status: 'active' }, 'kafka-0': { status: 'decommissioned' } },
    problems: [],
  })
  expect(await readHosts({ folder: join(root, 'nowhere'), root })).toEqual({ hosts: null, problems: [] })
})

test.each([
  ['kafka-1: {status: activ}\n', { nearest: 'active', place: { line: 1, column: 19 } }],
  ['kafka-1: {rack: a}\n', { place: { line: 1 } }],
  ['kafka-1: active\n', { place: { line: 1 } }],
])('a host without a known status is a problem: %j', async (text, problem) => {
  const root = folderWith({ 'inventory/hosts.yaml': text })
  const { problems } = await readHosts({ folder: join(root, 'inventory'), root })
  expect(problems).toMatchObject([{ file: 'inventory/hosts.yaml', rule: 'hosts-value', ...problem }])
})
