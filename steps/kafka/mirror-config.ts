import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { ageOf } from '../support/dated-table.ts'
import { parseProperties } from '../support/properties.ts'
import { few } from './support/judge.ts'
import { lintConnector, lintDedicated } from './support/mirror-lint.ts'
import { mirrorProperties } from './support/tables/mirror-properties.ts'

const output = z.strictObject({
  problems: z.array(z.string()).describe('What is wrong, each with its property and what to write instead.'),
  count: z.int().describe('How many.'),
  properties: z.int().describe('Properties that were looked at.'),
})

export default defineStep({
  name: 'kafka.mirror-config',
  summary: 'Find properties that MirrorMaker 2 does not know and ignores without a word, and those it would take otherwise.',
  effect: 'reads',
  input: z.strictObject({
    file: z
      .string()
      .min(1)
      .describe("`*.properties` of a dedicated MirrorMaker 2, or `*.json` with a connector's configuration; from the root."),
    line: z.enum(['3.9', '4.3']).default('4.3').describe('Line of Kafka that reads it.'),
  }),
  output,
  examples: [
    {
      title: 'A dedicated MirrorMaker 2',
      yaml: 'file: mm2.properties',
      says: 'mm2.properties has only what MirrorMaker 2 of 4.3 knows',
    },
    {
      title: 'A connector, before Connect gets it',
      yaml: 'file: mm2-source.json\nline: "3.9"',
      says: 'mm2-source.json has only what MirrorMaker 2 of 3.9 knows',
    },
  ],
  describe: ({ file, line }) => `${file} has only what MirrorMaker 2 of ${line} knows`,
  byHand: ({ file }) =>
    file.endsWith('.json')
      ? `curl --fail -sS -X PUT -H 'Content-Type: application/json' -d @${file} "$CONNECT_URL/connector-plugins/MirrorSourceConnector/config/validate" # each key must be among its configs`
      : `# each key of ${file} must be in https://kafka.apache.org/documentation/#mirrormakerconfigs`,
  async execute({ file, line }, { root, clock }): Promise<StepOutcome<z.infer<typeof output>>> {
    const read = await readConfig(resolve(root, file))
    if (!read.ok) return { status: 'failed', verdict: 'unknown', summary: `${file}: ${read.reason}` }
    const { config } = read
    const found =
      config.has('connector.class') || file.endsWith('.json') ? lintConnector(config, line) : lintDedicated(config, line)
    const problems = found.map(
      ({ property, reason, expected }) => `${property} ${reason}${expected === null ? '' : `: expected ${expected}`}`,
    )
    const age = ageOf(mirrorProperties, clock.now())
    const result = { problems, count: problems.length, properties: config.size }
    const evidence = { file, line, asOf: mirrorProperties.asOf, sources: [...mirrorProperties.sources], problems }
    if (problems.length > 0) return { status: 'failed', verdict: 'fail', summary: few(problems), output: result, evidence }
    const summary = `all ${config.size} properties are known`
    if (age.stale) {
      const old = `${summary}, by a table that is ${age.days} days old`
      return { status: 'done', verdict: 'warn', summary: old, output: result, evidence }
    }
    return { status: 'done', verdict: 'pass', summary, output: result, evidence }
  },
})

type Read = { readonly ok: true; readonly config: ReadonlyMap<string, string> } | { readonly ok: false; readonly reason: string }

const some = (config: ReadonlyMap<string, string>): Read =>
  config.size === 0 ? { ok: false, reason: 'has no properties' } : { ok: true, config }

const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

async function readConfig(path: string): Promise<Read> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return { ok: false, reason: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
  if (!path.endsWith('.json')) return some(parseProperties(text))
  try {
    const parsed = scalars.safeParse(JSON.parse(text))
    if (parsed.success) return some(new Map(Object.entries(parsed.data).map(([key, value]) => [key, String(value)])))
  } catch {
    // Said below.
  }
  return { ok: false, reason: 'is not a JSON object of texts, numbers and booleans' }
}
