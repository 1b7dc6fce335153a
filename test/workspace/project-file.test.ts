import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_POLICY, readProject } from '../../engine/workspace/project-file.ts'
import { rules } from '../../engine/lint/rules.ts'
import { folderWith } from './folder.ts'

const read = async (text: string) => readProject(folderWith({ 'reprise.yaml': text }))

test('without a project file all is default', async () => {
  const root = folderWith()
  expect(await readProject(root)).toMatchObject({
    file: null,
    policy: DEFAULT_POLICY,
    runs: join(root, '.reprise/runs'),
    steps: [join(root, 'steps')],
    inventory: join(root, 'inventory'),
    lang: null,
    notify: [],
    history: { timelines: null },
    problems: [],
  })
})

test('an empty project file is a root and changes nothing', async () => {
  const { policy, problems } = await read('# only a root\n')
  expect({ policy, problems }).toEqual({ policy: DEFAULT_POLICY, problems: [] })
})

test('every key is read', async () => {
  const project = await read(`
runs: /var/lib/reprise
steps: [ops/steps, more]
inventory: environments
lang: fr
production: [live]
policy:
  interpreters: {python: python3}
  approvers:
    dr-lead: {names: [m.durand], keys: [ssh-ed25519 AAAA], how: signed}
  limits: {fresh: 5m, timeout: 90s, grace: 2s}
redact: ['tok_[a-z]+']
notify:
  incident: {url: env:HOOK, on: [failed, ended]}
lint:
  severities: {no-owner: off}
  baseline: lint-baseline.json
history: {timelines: runs}
`)
  expect(project.problems).toEqual([])
  expect(project).toMatchObject({
    runs: '/var/lib/reprise',
    steps: [expect.stringMatching(/\/ops\/steps$/), expect.stringMatching(/\/more$/)],
    inventory: expect.stringMatching(/\/environments$/),
    lang: 'fr',
    notify: [{ name: 'incident', url: 'env:HOOK', on: ['failed', 'ended'] }],
    history: { timelines: 'runs' },
    baseline: expect.stringMatching(/\/lint-baseline\.json$/),
    policy: {
      production: ['live'],
      interpreters: { python: 'python3' },
      limits: { freshMs: 300_000, timeoutMs: 90_000, graceMs: 2000, approvalMs: 86_400_000 },
      approvers: { 'dr-lead': { names: ['m.durand'], keys: ['ssh-ed25519 AAAA'], how: 'signed' } },
      severities: { 'no-owner': 'off' },
      redact: ['tok_[a-z]+'],
    },
  })
})

describe('a mistake is a problem at its place', () => {
  test.each([
    [
      'an unknown key',
      'lang: fr\ninventori: x\n',
      { rule: 'unknown-key', actual: 'inventori', nearest: 'inventory', place: { line: 2, column: 1 } },
    ],
    [
      'an unknown key inside',
      'policy:\n  limits:\n    fres: 5m\n',
      { rule: 'unknown-key', nearest: 'fresh', place: { line: 3, column: 5 } },
    ],
    ['a wrong language', 'lang: german\n', { rule: 'project-value', actual: 'german', place: { line: 1, column: 7 } }],
    ['a duration without a unit', 'policy: {limits: {timeout: 30}}\n', { rule: 'project-value', actual: '30' }],
    ['a duration of another unit', 'policy: {limits: {timeout: 30 parsecs}}\n', { rule: 'project-value', actual: '30 parsecs' }],
    ['a wrong severity', 'lint: {severities: {no-owner: eror}}\n', { rule: 'project-value', actual: 'eror', nearest: 'error' }],
    ['a pattern that is none', 'redact: ["("]\n', { rule: 'project-value', actual: '(' }],
    ['a pattern that matches nothing at all', 'redact: ["a*"]\n', { rule: 'project-value', actual: 'a*' }],
    ['a list where a text stands', 'runs: [a]\n', { rule: 'project-value' }],
    ['a key twice', 'lang: fr\nlang: en\n', { rule: 'yaml-duplicate-key', place: { line: 2 } }],
    ['broken YAML', 'lang: [fr\n', { rule: 'yaml-body' }],
    ['a list instead of keys', '- lang\n', { rule: 'project-value' }],
    ['a notification without an address', 'notify: {chat: {on: [ended]}}\n', { rule: 'project-value' }],
    ['an unknown moment', 'notify: {chat: {url: env:X, on: [endet]}}\n', { rule: 'project-value', nearest: 'ended' }],
  ])('%s', async (_name, text, problem) => {
    const { problems } = await read(text)
    expect(problems).toContainEqual(
      expect.objectContaining({ ...problem, ...('place' in problem ? { place: expect.objectContaining(problem.place) } : {}) }),
    )
  })

  test.each([
    [
      'a severity of no such rule',
      'no-ownr: off',
      { rule: 'unknown-key', actual: 'no-ownr', nearest: 'no-owner', place: { line: 2, column: 16 } },
    ],
    [
      'an error of the format that is lowered',
      'decision-gap: warning',
      { rule: 'project-value', actual: 'warning', place: { line: 2 } },
    ],
  ])('%s', async (_name, entry, problem) => {
    const file = `lint:\n  severities: {${entry}}\n`
    const { problems } = await readProject(folderWith({ 'reprise.yaml': file }), rules)
    expect(problems).toEqual([expect.objectContaining({ ...problem, place: expect.objectContaining(problem.place) as unknown })])
  })

  test('all are named at once, and what is right is kept', async () => {
    const { problems, lang } = await read('lang: fr\nrun: x\npolicy: {limits: {fresh: soon}}\n')
    expect(problems.map(({ rule }) => rule)).toEqual(['unknown-key', 'project-value'])
    expect(lang).toBe('fr')
  })
})
