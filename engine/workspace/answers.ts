import type { Answers } from '../model/answers.ts'
import type { Problem } from '../model/problem.ts'
import type { Json } from '../model/value.ts'
import { problemOf } from './problem-of.ts'
import { readTextFile } from './text-file.ts'
import { fieldsOf, isMap } from './yaml-fields.ts'
import type { Fields, Path } from './yaml-fields.ts'
import { readYamlText } from './yaml-text.ts'

/** Keys of an answer that is more than a word. */
const KEYS = ['done', 'skip', 'confirm', 'by-hand', 'value', 'edit', 'roll-back', 'row', 'reason']

/** Reads an answers file; `file` is named in problems as the person gave it. Whether an answer is asked for is the plan's question. */
export async function readAnswers({
  path,
  file,
}: {
  readonly path: string
  readonly file: string
}): Promise<{ readonly answers: Answers | null; readonly problems: readonly Problem[] }> {
  const found = await readTextFile(path)
  if (found.status !== 'read') {
    const reason = found.status === 'missing' ? 'Unexpected path, expected an answers file: nothing is there' : found.reason
    return { answers: null, problems: [problemOf(file, { rule: 'unreadable', reason })] }
  }
  return parseAnswers(file, found.text)
}

/** Reads the text of an answers file. */
export function parseAnswers(
  file: string,
  text: string,
): { readonly answers: Answers | null; readonly problems: readonly Problem[] } {
  const yaml = readYamlText(file, text)
  const problems: Problem[] = [...yaml.problems]
  if (yaml.json === null) return { answers: null, problems }
  const fields = fieldsOf(file, yaml, { rule: 'answers-value', problems })
  fields.map([], ['params', 'steps', 'on-failure'])
  const params = fields.map(['params'], null) ?? {}
  const steps = fields.map(['steps'], null) ?? {}
  const failures = fields.map(['on-failure'], null) ?? {}
  for (const [name, value] of Object.entries(params)) checkParam(fields, name, value)
  for (const [id, value] of Object.entries(steps)) checkAnswer(fields, ['steps', id], value)
  const onFailure: Record<string, readonly Json[]> = {}
  for (const [id, value] of Object.entries(failures)) {
    const list: readonly Json[] = Array.isArray(value) ? value : [value]
    for (const [index, one] of list.entries())
      checkAnswer(fields, Array.isArray(value) ? ['on-failure', id, index] : ['on-failure', id], one)
    onFailure[id] = list
  }
  const placeOf: Answers['placeOf'] = (at) => yaml.placeOf(at)
  return { answers: { file, params, steps, onFailure, placeOf }, problems }
}

function checkParam(fields: Fields, name: string, value: Json): void {
  const isScalar = (one: Json): boolean => one !== null && typeof one !== 'object'
  if (Array.isArray(value) ? !value.every(isScalar) : !isScalar(value))
    fields.wrong(['params', name], [], 'a value or a list of values')
}

/** A word, a number, or a map with one of the known keys: `{skip: "reason"}`. */
function checkAnswer(fields: Fields, path: Path, value: Json): void {
  if (isMap(value)) {
    fields.map(path, KEYS)
    if (Object.keys(value).length === 0)
      fields.wrong(path, [], `an answer such as yes, or a map with ${KEYS.slice(0, 3).join(', ')}`)
    else for (const key of Object.keys(value)) checkWord(fields, [...path, key], value[key] ?? null)
  } else checkWord(fields, path, value)
}

function checkWord(fields: Fields, path: Path, value: Json): void {
  if (value === null || typeof value === 'object' || value === '') fields.wrong(path, [], 'a word or a text')
}
