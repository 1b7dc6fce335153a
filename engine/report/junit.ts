import type { Stamped } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords, type StepRecord } from './step-record.ts'

/** Characters that XML 1.0 cannot hold, lone surrogates among them. */
const NOT_XML =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

const xml = (text: string): string =>
  text.replace(NOT_XML, '\ufffd').replace(/[&<>"'\n\r\t]/g, (character) => ENTITIES[character] ?? character)

/** A run as one JUnit suite: a test case for every step that began; simulated and skipped ones are `skipped`, never passed. */
export function junit({ plan, facts }: { readonly plan: Plan; readonly facts: readonly Stamped[] }): string {
  const records = stepRecords(facts)
  const { startedAt, durationMs } = runSummary(facts)
  const tails = new Map(
    facts.flatMap((fact) =>
      fact.type === 'step-ended' && fact.outcome.status !== 'done' ? [[fact.key, fact.outcome.tail] as const] : [],
    ),
  )
  const titles = new Map(plan.steps.map(({ id, title }) => [id, title]))
  const cases = records.map((record) =>
    testCase(record, titles.get(record.step) ?? record.step, tails.get(record.key) ?? '', plan),
  )
  const failures = records.filter(isFailure).length
  const skipped = records.filter(isSkipped).length
  const name = `${plan.runbook.title}${plan.environment === '' ? '' : ` (${plan.environment})`}`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `<testsuite name="${xml(name)}" tests="${records.length}" failures="${failures}" skipped="${skipped}" time="${seconds(durationMs)}" timestamp="${xml(startedAt)}">`,
    ...cases,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const isFailure = ({ result }: StepRecord): boolean => result === 'failed' || result === 'unknown' || result === 'open'

const isSkipped = ({ result }: StepRecord): boolean =>
  result === 'skipped' || result === 'simulated' || result === 'not-needed' || result === 'passed-over'

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

function testCase(record: StepRecord, title: string, tail: string, plan: Plan): string {
  const ms = record.endedAt === null ? 0 : Date.parse(record.endedAt) - Date.parse(record.startedAt)
  const open = `<testcase classname="${xml(plan.runbook.file)}" name="${xml(`${record.key}: ${title}`)}" time="${seconds(ms)}">`
  if (isFailure(record))
    return `${open}<failure message="${xml(record.reason ?? record.result)}" type="${record.result}">${xml(tail)}</failure></testcase>`
  if (isSkipped(record))
    return `${open}<skipped message="${xml(`${record.result}${record.reason === null ? '' : `: ${record.reason}`}`)}"/></testcase>`
  return `${open}</testcase>`
}
