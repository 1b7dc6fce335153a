import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { ageOf } from '../support/dated-table.ts'
import { parseProperties } from '../support/properties.ts'
import { few } from './support/judge.ts'
import { lintConnector, lintDedicated, type MirrorLine, type MirrorProblem } from './support/mirror-lint.ts'
import { lintManifest } from './support/mirror-manifest.ts'
import { mirrorProperties } from './support/tables/mirror-properties.ts'

const output = z.strictObject({
  problems: z.array(z.string()).describe('What is wrong, each with its property and what to write instead.'),
  count: z.int().describe('How many.'),
  properties: z.int().describe('Properties, and processes of a manifest, that were looked at.'),
})

export default defineStep({
  name: 'kafka.mirror-config',
  summary: 'Find properties that MirrorMaker 2 does not know and ignores without a word, and those it would take otherwise.',
  effect: 'reads',
  input: z.strictObject({
    file: z
      .string()
      .min(1)
      .describe(
        "`*.properties` of a dedicated MirrorMaker 2, `*.json` with a connector's configuration, or `*.yaml` with resources of Strimzi, or with a ConfigMap and a Deployment; from the root.",
      ),
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
    {
      title: 'Resources of Strimzi, before kubectl gets them',
      yaml: 'file: mm2-strimzi.yaml',
      says: 'mm2-strimzi.yaml has only what MirrorMaker 2 of 4.3 knows',
    },
  ],
  describe: ({ file, line }) => `${file} has only what MirrorMaker 2 of ${line} knows`,
  byHand: ({ file }) =>
    file.endsWith('.json')
      ? `curl --fail -sS -X PUT -H 'Content-Type: application/json' -d @${file} "$CONNECT_URL/connector-plugins/MirrorSourceConnector/config/validate" # each key must be among its configs`
      : `# each key of ${file} must be in https://kafka.apache.org/documentation/#mirrormakerconfigs`,
  async execute({ file, line }, { root, clock }): Promise<StepOutcome<z.infer<typeof output>>> {
    const read = await lint(resolve(root, file), line)
    if (!read.ok) return { status: 'failed', verdict: 'unknown', summary: `${file}: ${read.reason}` }
    const problems = read.problems.map(
      ({ property, reason, expected }) => `${property} ${reason}${expected === null ? '' : `: expected ${expected}`}`,
    )
    const age = ageOf(mirrorProperties, clock.now())
    const result = { problems, count: problems.length, properties: read.looked }
    const evidence = { file, line, asOf: mirrorProperties.asOf, sources: [...mirrorProperties.sources], problems }
    if (problems.length > 0) return { status: 'failed', verdict: 'fail', summary: few(problems), output: result, evidence }
    const summary = `all ${read.looked} properties are known`
    if (age.stale) {
      const old = `${summary}, by a table that is ${age.days} days old`
      return { status: 'done', verdict: 'warn', summary: old, output: result, evidence }
    }
    return { status: 'done', verdict: 'pass', summary, output: result, evidence }
  },
})

type Linted =
  | { readonly ok: true; readonly problems: readonly MirrorProblem[]; readonly looked: number }
  | { readonly ok: false; readonly reason: string }

const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

async function lint(path: string, line: MirrorLine): Promise<Linted> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return { ok: false, reason: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
  if (/\.ya?ml$/.test(path)) return lintManifest(text, line)
  const config = path.endsWith('.json') ? readJson(text) : parseProperties(text)
  if (config === null) return { ok: false, reason: 'is not a JSON object of texts, numbers and booleans' }
  if (config.size === 0) return { ok: false, reason: 'has no properties' }
  const isConnector = config.has('connector.class') || path.endsWith('.json')
  return { ok: true, problems: (isConnector ? lintConnector : lintDedicated)(config, line), looked: config.size }
}

function readJson(text: string): ReadonlyMap<string, string> | null {
  try {
    const parsed = scalars.safeParse(JSON.parse(text))
    return parsed.success ? new Map(Object.entries(parsed.data).map(([key, value]) => [key, String(value)])) : null
  } catch {
    return null
  }
}
