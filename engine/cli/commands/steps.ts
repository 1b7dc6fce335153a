import { z } from 'zod'
import { nearest } from '../../language/nearest.ts'
import type { StepType } from '../../model/step-type.ts'
import { tableLines } from '../../terminal/table.ts'
import { wordsOf, type Words } from '../../words/words.ts'
import { readProject } from '../../workspace/project-file.ts'
import { findRoot } from '../../workspace/root.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { languageOf } from '../language.ts'
import { explain, say } from '../output.ts'
import { errorsOf } from '../prepare.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { openSteps } from '../step-types.ts'

/** `steps [NAME]`: the step types, from their one source. */
export async function command({ args, given }: Call): Promise<number> {
  const json = given.json === true
  const root = findRoot(process.cwd())
  const project = await readProject(root)
  const words = wordsOf(languageOf({ flag: given.lang, file: null, project: project.lang }))
  const source = await openSteps({ root, folders: project.steps, extra: given.steps ?? [], trusted: given.trust === true })
  const { stepTypes, problems } = await source.loader.loadAll()
  if (source.untrusted.length > 0) explain(`! ${words.cli.untrusted(source.untrusted.map(({ name }) => name).join(', '))}`)
  const all = [...source.problems, ...problems]
  if (errorsOf(all).length > 0) {
    tellProblems(all, { json, words })
    return EXIT.usage
  }
  const [name] = args
  if (name === undefined) {
    const types = [...stepTypes.values()]
    if (json) say(JSON.stringify(types.map((type) => ({ name: type.name, summary: type.summary, effect: type.effect }))))
    else {
      const { columns } = words.cli
      const rows = types.map((type) => [type.name, type.effect, type.summary])
      say(
        [
          ...tableLines([[columns.name, columns.effect, columns.summary], ...rows], 80, { keep: [0, 1], wrapLast: true }),
          '',
          words.cli.stepsLast(types.length),
        ].join('\n'),
      )
    }
    return EXIT.passed
  }
  const type = stepTypes.get(name)
  if (type === undefined) {
    const known = [...stepTypes.keys()]
    const reason = `Unexpected step type "${name}", expected one of ${known.join(', ')}`
    tellProblems(
      [usageProblem({ rule: 'unknown-step-type', reason, expected: known, actual: name, nearest: nearest(name, known) })],
      { json, words },
    )
    return EXIT.usage
  }
  say(json ? JSON.stringify(stepJson(type)) : stepText(type, words))
  return EXIT.passed
}

/** A step type as JSON; its schemas are JSON Schema. */
export function stepJson(type: StepType): object {
  const { name, summary, effect, examples } = type
  return { name, summary, effect, input: schemaOf(type.input, 'input'), output: schemaOf(type.output, 'output'), examples }
}

function schemaOf(schema: StepType['input'], io: 'input' | 'output'): object {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' })
}

interface FieldSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly FieldSchema[]
}

/** A field's type in a few words: `string`, `number|null`, `warn|fail`. */
function typeText({ type, enum: values, anyOf }: FieldSchema): string {
  if (values !== undefined) return values.join('|')
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join('|')
  return [type ?? ''].flat().join('|')
}

/** A step type for people, at 80 columns. */
export function stepText(type: StepType, words: Words): string {
  const { cli } = words
  const fields = (schema: object): string[] => {
    const { properties = {}, required = [] } = schema as {
      readonly properties?: Readonly<Record<string, FieldSchema>>
      readonly required?: readonly string[]
    }
    return tableLines(
      Object.entries(properties).map(([field, one]) => [
        `  ${field}${required.includes(field) && one.default === undefined ? '' : '?'}`,
        typeText(one),
        `${one.description ?? ''}${one.default === undefined ? '' : ` (${JSON.stringify(one.default)})`}`,
      ]),
      80,
      { keep: [0, 1], wrapLast: true },
    )
  }
  return [
    `${type.name} (${type.effect})`,
    type.summary,
    '',
    cli.input,
    ...fields(schemaOf(type.input, 'input')),
    '',
    cli.output,
    ...fields(schemaOf(type.output, 'output')),
    '',
    cli.examples,
    ...type.examples.flatMap(({ title, yaml, says }) => [
      `  ${title}${words.colon} ${says}`,
      '',
      '    ```yaml {use=' + type.name + '}',
      ...yaml
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
      '    ```',
      '',
    ]),
  ].join('\n')
}
