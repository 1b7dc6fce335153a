/* The reference pages of docs/, made of the code itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { COMMANDS } from '../../engine/cli/command-table.ts'
import { packCommands } from '../../engine/cli/pack-commands.ts'
import { FLAGS, type Flag, type FlagName } from '../../engine/cli/flags.ts'
import { rules } from '../../engine/lint/rules.ts'
import type { StepType } from '../../engine/model/step-type.ts'
import { facts } from './schemas.ts'

const GENERATED = '<!-- Made by `npm run docs` from the code: change it there. -->\n'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')

const flagText = ({ long, short, value, optional, repeat }: Flag): string => {
  const what = value === undefined ? '' : optional === true ? `[=${value}]` : ` ${value}`
  return `\`${short === undefined ? '' : `-${short}, `}--${long}${what}\`${repeat === true ? ', repeatable' : ''}`
}

const EXITS: readonly (readonly [string, string])[] = [
  ['0', "passed: the plan's end, or the author's own stop"],
  ['1', 'failed, and nothing that changes was undone'],
  ['2', 'usage, problems in the runbook, answers missing: no run starts, no folder, no row'],
  ['3', 'failed, and every change that started was undone'],
  ['4', 'something that only reads failed, and nothing that may change had started'],
  ['5', 'failed, at least one change undone and at least one not'],
  ['6', 'waiting for a person'],
  ['7', 'locked by another run: no folder, no row'],
  ['10', 'stopped by a person'],
  ['20', 'a bug'],
  ['128+n', 'ended by a signal without a terminal'],
]

/** Every command with its flags, and the exit codes. */
export function cliPage(): string {
  const commands = COMMANDS.map(({ name, args, says, flags }) =>
    [
      `### reprise ${[name, ...args].join(' ')}\n`,
      `${says.en[0]?.toUpperCase() ?? ''}${says.en.slice(1)}.\n`,
      flags.length === 0 ? '' : `${flags.map((flag) => `\`--${FLAGS[flag].long}\``).join(' ')}\n`,
    ].join('\n'),
  )
  const packs = packCommands().map(({ name, says, actions, flags: own }) =>
    [
      `### reprise ${name} ACTION\n`,
      `${says.en[0]?.toUpperCase() ?? ''}${says.en.slice(1)}.\n`,
      `${table(
        ['Action or flag', 'What it does'],
        [...actions, ...own].map(({ usage, says: line }) => [`\`${usage}\``, line.en]),
      )}\n`,
    ].join('\n'),
  )
  const flags = (Object.keys(FLAGS) as FlagName[]).map((name) => [flagText(FLAGS[name]), FLAGS[name].says.en])
  return [
    '# The command line\n',
    GENERATED,
    '`reprise COMMAND --help` says the same, in the language of the machine or of `--lang`.\n',
    '## Commands\n',
    ...commands,
    ...packs,
    '## Flags\n',
    `${table(['Flag', 'Meaning'], flags)}\n`,
    '## Exit codes\n',
    `${table(['Code', 'When'], EXITS)}\n`,
    '## JSON\n',
    'With `--json` only machine output is on standard output, one document, or one fact a line while a run goes on; everything else is on standard error. Each shape has a JSON Schema in [schemas/](schemas/).\n',
  ].join('\n')
}

interface Field {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Field[]
}

const typeText = (field: Field): string =>
  field.enum !== undefined
    ? field.enum.join(' \\| ')
    : field.anyOf !== undefined
      ? [...new Set(field.anyOf.map(typeText))].join(' \\| ')
      : field.type === undefined
        ? 'any'
        : String(field.type)

function fieldTable(schema: z.ZodType, io: 'input' | 'output'): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, Field>>
    readonly required?: readonly string[]
  }
  const rows = Object.entries(properties).map(([name, field]) => [
    `\`${name}\``,
    typeText(field).replaceAll('\\|', 'or'),
    field.default === undefined ? (required.includes(name) ? 'needed' : '') : `\`${JSON.stringify(field.default)}\``,
    field.description ?? '',
  ])
  return rows.length === 0
    ? 'None.'
    : table(io === 'input' ? ['Field', 'Type', 'Default', 'Meaning'] : ['Field', 'Type', '', 'Meaning'], rows)
}

const stepsFolder = fileURLToPath(new URL('../../steps/', import.meta.url))

/** Every step type of the tool's own, by name. */
export async function ownSteps(): Promise<readonly StepType[]> {
  const files = (readdirSync(stepsFolder, { recursive: true }) as string[]).filter(
    (file) => file.endsWith('.ts') && !/(^|\/)(support|lab)\//.test(file),
  )
  const loaded = await Promise.all(
    files.map((file) => import(`${stepsFolder}${file}`) as Promise<{ readonly default: StepType }>),
  )
  return loaded.map((one) => one.default).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Every step type from its own definition. */
export async function stepsPage(): Promise<string> {
  const types = await ownSteps()
  const sections = types.map((type) =>
    [
      `## ${type.name}\n`,
      `${type.summary} It ${type.effect}.\n`,
      '### Input\n',
      `${fieldTable(type.input, 'input')}\n`,
      '### Output\n',
      'What `capture=NAME:FIELD` can take.\n',
      `${fieldTable(type.output, 'output')}\n`,
      '### Examples\n',
      ...type.examples.flatMap(({ title, yaml, says }) => [`${title}: ${says}.\n`, `\`\`\`yaml\n${yaml.trimEnd()}\n\`\`\`\n`]),
      'By hand:\n',
      `\`\`\`bash\n${type.byHand(type.input.parse(parsed(type))).trimEnd()}\n\`\`\`\n`,
    ].join('\n'),
  )
  return [
    '# Step types\n',
    GENERATED,
    'A `yaml` fence with `use=` is a typed step: its body is the input. `reprise steps NAME` says the same.\n',
    `${types.map(({ name, summary }) => `- [${name}](#${name.replaceAll('.', '')}): ${summary}`).join('\n')}\n`,
    ...sections,
  ].join('\n')
}

const examplesRead = new Map<string, unknown>()
/** The input of a type's first example; read beforehand, as reading YAML is not this file's matter. */
export function knowExample(name: string, input: unknown): void {
  examplesRead.set(name, input)
}
const parsed = ({ name }: StepType): unknown => examplesRead.get(name)

const rulesFolder = fileURLToPath(new URL('../../engine/lint/rules/', import.meta.url))

/** A rule's own words and examples, from its doc comment. */
function ruleText(name: string): string {
  const source = readFileSync(`${rulesFolder}${name}.ts`, 'utf8')
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*?````markdown[\s\S]*?\*\//.exec(source)?.[0] ?? ''
  return comment
    .replace(/^\/\*\*\n?/, '')
    .replace(/\n? \*\/$/, '')
    .replace(/^ \*(?: |$)/gm, '')
    .replaceAll('&#32;', ' ')
    .replace(/^````markdown (ok|not-ok)$/gm, (_, kind: string) => `${kind === 'ok' ? 'Good' : 'Reported'}:\n\n\`\`\`\`markdown`)
    .trim()
}

/** Names of the problems that no rule file reports: the format's own, and those of what surrounds a runbook. */
function otherNames(): readonly string[] {
  const engine = fileURLToPath(new URL('../../engine/', import.meta.url))
  const known = new Set(rules.map(({ name }) => name))
  const found = new Set<string>()
  for (const file of readdirSync(engine, { recursive: true }) as string[]) {
    if (!file.endsWith('.ts')) continue
    for (const [, name = ''] of readFileSync(`${engine}${file}`, 'utf8').matchAll(/rule: '([a-z-]+)'/g)) found.add(name)
  }
  for (const [, name = ''] of readFileSync(`${engine}document/codes.ts`, 'utf8').matchAll(/^ {2}\| '([a-z-]+)'/gm))
    found.add(name)
  return [...found].filter((name) => !known.has(name)).toSorted()
}

/** Every rule of lint with its examples, then the names of the format's own problems. */
export function lintPage(): string {
  const sorted = rules.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return [
    '# Problems\n',
    GENERATED,
    'What `lint`, `plan` and `run` report. Errors refuse `plan` and `run`. The project file may lower what the catalogue says, never what the format says: `lint: {severities: {no-owner: off}}`. To start small, `lint: {baseline: FILE}` names what `reprise lint --json` printed at the root: `lint` leaves that out, wherever its lines move, and tells what is new of the catalogue.\n',
    `${table(
      ['Rule', 'Severity', 'Whose'],
      sorted.map(({ name, severity, origin }) => [`[${name}](#${name})`, severity, origin]),
    )}\n`,
    ...sorted.map(({ name, severity, origin }) => `## ${name}\n\n${severity}, ${origin}.\n\n${ruleText(name)}\n`),
    "## The format's own\n",
    'Each says what was found, what was expected and the nearest valid word, at its place. Those of an attribute are named after the block and the attribute: `wait-timeout`, `check-every`.\n',
    ...otherNames().map((name) => `### ${name}\n\n\`${name}\`: an error of the format or of what surrounds the runbook.\n`),
  ].join('\n')
}

/** Every fact of the journal with its fields. */
export function factsPage(): string {
  const base = ['seq', 'at', 'run', 'ms', 'type']
  return [
    '# Facts\n',
    GENERATED,
    'A journal is a list of facts, one a line of `journal.jsonl`, in a closed union. Each carries `seq` (from 1), `at` (wall time, UTC), `run`, `ms` (the run clock) and `hash`: the lower-case hex of sha256 over the hash of the line before (64 zeros for the first) followed by the RFC 8785 form of the record without `hash`. `reprise journal verify RUN` checks it, and only reads: where the run ended and no `row-written` follows (the engine died there, or the end was cut off) it says so and exits 0, for nothing that is there is altered. `run --json` prints the same facts, without `hash`.\n',
    'After `run-ended` only notes, approvals, `row-written` and `run-resumed` may follow.\n',
    `${table(
      ['Fact', 'Fields beside ' + base.map((name) => `\`${name}\``).join(' ')],
      Object.entries(facts).map(([type, fields]) => [
        `\`${type}\``,
        Object.keys(fields)
          .map((name) => `\`${name}\``)
          .join(' '),
      ]),
    )}\n`,
    'The shapes are in [schemas/journal-record.schema.json](schemas/journal-record.schema.json) and [schemas/run-fact.schema.json](schemas/run-fact.schema.json).\n',
  ].join('\n')
}
