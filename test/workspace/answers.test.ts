import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAnswers, readAnswers } from '../../engine/workspace/answers.ts'
import { folderWith } from './folder.ts'

const example = `params: {TARGET: kafka-2, MAX_LAG: 500, BROKERS: [kafka-1, kafka-2]}
steps:
  incident-declared: yes
  boxes: true
  fence-the-primary: {done: "change CHG-1234"}
  fence-the-primary-change: CHG-1234
  dns: {confirm: staging}
on-failure:
  stop-mm2: [retry, {skip: "Connect is down too"}]
  dns: retry
`

test('the answers of the reference are read as they are written', () => {
  const { answers, problems } = parseAnswers('staging.answers.yaml', example)
  expect(problems).toEqual([])
  expect(answers).toMatchObject({
    file: 'staging.answers.yaml',
    params: { TARGET: 'kafka-2', MAX_LAG: 500, BROKERS: ['kafka-1', 'kafka-2'] },
    steps: {
      'incident-declared': 'yes',
      boxes: true,
      'fence-the-primary': { done: 'change CHG-1234' },
      dns: { confirm: 'staging' },
    },
    onFailure: { 'stop-mm2': ['retry', { skip: 'Connect is down too' }], dns: ['retry'] },
  })
})

test('an answer knows its place', () => {
  const { answers } = parseAnswers('a.yaml', example)
  expect(answers?.placeOf(['steps', 'dns'])).toMatchObject({ line: 7 })
  expect(answers?.placeOf(['params', 'MAX_LAG'])).toMatchObject({ line: 1, column: 36 })
})

test.each([
  ['param: {A: 1}\n', { rule: 'unknown-key', nearest: 'params' }],
  ['steps: {dns: {confrim: staging}}\n', { rule: 'unknown-key', nearest: 'confirm' }],
  ['steps: {dns: }\n', { rule: 'answers-value' }],
  ['steps: {dns: {}}\n', { rule: 'answers-value' }],
  ['steps: [dns]\n', { rule: 'answers-value' }],
  ['params: {A: {b: 1}}\n', { rule: 'answers-value' }],
  ['on-failure: {dns: [[retry]]}\n', { rule: 'answers-value' }],
  ['steps: {a: yes, a: no}\n', { rule: 'yaml-duplicate-key' }],
])('%j is a problem', (text, problem) => {
  expect(parseAnswers('a.yaml', text).problems).toContainEqual(expect.objectContaining(problem))
})

test('an empty file answers nothing, and a file that is not there is a problem', async () => {
  const folder = folderWith({ 'a.yaml': '' })
  expect(await readAnswers({ path: join(folder, 'a.yaml'), file: 'a.yaml' })).toMatchObject({
    answers: { params: {}, steps: {}, onFailure: {} },
    problems: [],
  })
  expect(await readAnswers({ path: join(folder, 'b.yaml'), file: 'b.yaml' })).toMatchObject({
    answers: null,
    problems: [{ rule: 'unreadable', file: 'b.yaml' }],
  })
})
