import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { ageOf } from '../support/dated-table.ts'
import { versions } from './support/tables/versions.ts'

const output = z.strictObject({
  line: z.string().describe('The line of the version: `4.3` of `4.3.1`.'),
  support: z
    .enum(['supported', 'ending', 'ended', 'unknown'])
    .describe('What the table says of the line; unknown: it is not in it.'),
  newest: z.string().describe('The newest release of the line; empty where it is unknown.'),
  asOf: z.string().describe('The day of which the table is.'),
  stale: z.boolean().describe('The table is older than it may be.'),
})

export default defineStep({
  name: 'kafka.version-support',
  summary: 'Judge a Kafka version by a dated table of the lines that still get fixes.',
  effect: 'reads',
  input: z.strictObject({
    version: z
      .string()
      .regex(/^\d+\.\d+(?:\.\d+)?$/, 'Invalid input: expected a version such as 4.3.1')
      .describe('The version that runs, or that would be installed: `4.3.1`, `3.9`.'),
  }),
  output,
  examples: [
    { title: 'The version that runs', yaml: 'version: 3.9.2', says: 'Kafka 3.9.2 still gets fixes' },
    { title: 'The version to be installed', yaml: 'version: "4.3"', says: 'Kafka 4.3 still gets fixes' },
  ],
  describe: ({ version }) => `Kafka ${version} still gets fixes`,
  byHand: ({ version }) =>
    `# Is ${version} of one of the last three minor lines? https://kafka.apache.org/downloads\nkafka-broker-api-versions.sh --version`,
  async execute({ version }, { clock }): Promise<StepOutcome<z.infer<typeof output>>> {
    const { days, stale } = ageOf(versions, clock.now())
    const line = version.split('.').slice(0, 2).join('.')
    const row = versions.rows.find((one) => one.line === line)
    const result = { line, support: row?.support ?? ('unknown' as const), newest: row?.newest ?? '', asOf: versions.asOf, stale }
    const evidence = { version, tableDays: days, staleAfterDays: versions.staleAfterDays, sources: [...versions.sources] }
    const told = { output: result, evidence }
    if (row === undefined) {
      const summary = `${line} is not in the table of ${versions.asOf}: nothing is known of it`
      return { status: 'failed', verdict: 'unknown', summary, ...told }
    }
    const said = `${line}: ${row.support} (${row.note}); its newest release is ${row.newest}, as of ${versions.asOf}`
    // What has ended has not begun again since; what was supported may have ended.
    if (row.support === 'ended') return { status: 'failed', verdict: 'fail', summary: said, ...told }
    if (stale)
      return { status: 'failed', verdict: 'unknown', summary: `${said}: the table is ${days} days old, too old to tell`, ...told }
    return { status: 'done', verdict: row.support === 'ending' ? 'warn' : 'pass', summary: said, ...told }
  },
})
