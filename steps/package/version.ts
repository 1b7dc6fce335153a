import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { shellWord, single } from '../support/shell-word.ts'
import { installed, upstreamOf } from './support/installed.ts'
import { isWithin, parseRange } from './support/versions.ts'

const input = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9/][A-Za-z0-9@/_.+:-]*$/, 'Invalid input: expected the name of a package or a program')
      .describe('Package; for `java` and `program` the program, for `jar` the file name without its version.'),
    manager: z
      .enum(['dpkg', 'rpm', 'java', 'jar', 'program'])
      .describe(
        'Who knows: the package manager, `java -version`, the name of a jar file, or the program itself with `--version`.',
      ),
    version: z
      .string()
      .refine((text) => parseRange(text) !== null, 'Invalid input: expected a range such as >=3.9.1 <5, or a version')
      .optional()
      .describe("What it must be: `>=3.9.1 <5`, `==4.3.1`. A distribution's epoch and revision do not count. @default any"),
    folder: z.string().min(1).optional().describe('Folder of the jar files: `/opt/kafka/libs`.'),
    timeoutMs: z.int().positive().default(10_000).describe('How long it may take, in milliseconds.'),
  })
  .refine(({ manager, folder }) => (manager === 'jar') === (folder !== undefined), {
    path: ['folder'],
    error: 'Invalid input: expected folder with jar, and only there',
  })

const output = z.strictObject({
  version: z.string().describe('The installed version, as it is written; several are separated by commas.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'package.version',
  summary: 'Require that a package or program is installed in the expected version.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'Of the distribution',
      yaml: 'name: openssl\nmanager: dpkg\nversion: ">=3.0 <4"',
      says: 'openssl (dpkg) is >=3.0 <4',
    },
    {
      title: 'The client library that Kafka comes with',
      yaml: 'name: kafka-clients\nmanager: jar\nfolder: /opt/kafka/libs\nversion: 4.3.1',
      says: 'kafka-clients (jar) is 4.3.1',
    },
    { title: 'Java', yaml: 'name: java\nmanager: java\nversion: ">=17"', says: 'java (java) is >=17' },
  ],
  describe: ({ name, manager, version }) => `${name} (${manager}) is ${version ?? 'installed'}`,
  byHand: ({ name, manager, folder, version }) => {
    const look = {
      dpkg: `dpkg-query -W ${shellWord(name)}`,
      rpm: `rpm -q ${shellWord(name)}`,
      java: `${shellWord(name)} -version`,
      program: `${shellWord(name)} --version`,
      jar: `ls ${shellWord(folder ?? '')} | grep -e ${single(`^${name}-[0-9]`)}`,
    }
    return `${look[manager]}   # must be there${version === undefined ? '' : `, ${version}`}`
  },
  async execute({ name, manager, folder = '', version, timeoutMs }, tools): Promise<StepOutcome<Output>> {
    const found = await installed({ name, manager, folder, timeoutMs }, tools)
    if (!found.ok) return { status: 'failed', verdict: 'unknown', summary: `${name}: ${found.reason}` }
    const { versions } = found
    const result = { version: versions.join(', ') }
    const evidence = { name, manager, versions, expected: version ?? null }
    if (versions.length === 0)
      return { status: 'failed', verdict: 'fail', summary: `${name} is not installed`, output: result, evidence }
    const range = version === undefined ? [] : (parseRange(version) ?? [])
    const wrong = versions.filter((one) => !isWithin(upstreamOf(one, manager), range))
    // Of two in one folder, nobody knows which is loaded.
    const isDouble = manager === 'jar' && versions.length > 1
    if (wrong.length > 0 || isDouble) {
      const why = isDouble ? `${versions.join(' and ')} are both there` : `${wrong.join(', ')}, expected ${version ?? ''}`
      return { status: 'failed', verdict: 'fail', summary: `${name}: ${why}`, output: result, evidence }
    }
    return { status: 'done', verdict: 'pass', summary: `${name} ${result.version}`, output: result, evidence }
  },
})
