import { readdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'

const input = z.strictObject({
  run: z.string().min(1).describe('This run: `$RUN_ID`.'),
  environment: z.string().describe('Where it runs: `$ENVIRONMENT`.'),
  runbooks: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+$/, 'Invalid input: expected the name of a file without folder and .md'))
    .min(1)
    .describe('Runbooks that must not run beside this one, by the names of their files: `failback` is `failback.fr.md` too.'),
})

const output = z.strictObject({
  others: z.array(z.string()).describe('Runs of these runbooks that go on there now.'),
})

/** What a run notes beside its lock. */
const shape = z.object({
  run: z.string(),
  runbook: z.string(),
  environment: z.string(),
  operator: z.string(),
  host: z.string(),
  pid: z.int(),
  step: z.string().nullish(),
})
type Holder = z.infer<typeof shape>

export default defineStep({
  name: 'policy.alone',
  summary: 'Require that no run of these runbooks goes on in this environment: a lock is of one file only.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'Nobody fails over while somebody fails back',
      yaml: 'run: $RUN_ID\nenvironment: $ENVIRONMENT\nrunbooks: [failover-dr, failback]',
      says: 'no other run of failover-dr, failback goes on in $ENVIRONMENT',
    },
  ],
  describe: ({ environment, runbooks }) =>
    `no other run of ${runbooks.join(', ')} goes on in ${environment === '' ? 'this checkout' : environment}`,
  byHand: ({ runbooks }) => `cat .reprise/locks/*.json   # none of ${runbooks.join(', ')} but yours`,
  async execute(given, { root, artifacts }): Promise<StepOutcome<z.infer<typeof output>>> {
    // Where the root cannot be written, locks lie beside the records.
    const folders = [join(root, '.reprise/locks'), join(dirname(dirname(artifacts)), 'locks')]
    const holders = (await Promise.all([...new Set(folders)].map(holdersIn))).flat()
    if (!holders.some(({ run }) => isSameRun(run, given.run)))
      return { status: 'failed', verdict: 'unknown', summary: 'no lock of this run is to be found, so none of others would be' }
    const others = holders.filter(
      (one) =>
        !isSameRun(one.run, given.run) &&
        one.environment === given.environment &&
        given.runbooks.includes(basename(one.runbook).replace(/(?:\.[a-z]{2})?\.md$/, '')) &&
        isLive(one),
    )
    const says = others.map(
      ({ run, operator, host, step, runbook }) =>
        `${run} of ${basename(runbook)}, by ${operator} on ${host}${step == null ? '' : `, at ${step}`}`,
    )
    const result = { output: { others: others.map(({ run }) => run) }, evidence: { looked: holders.length, others: says } }
    return others.length === 0
      ? { status: 'done', verdict: 'pass', summary: `no other run of ${given.runbooks.join(', ')} goes on`, ...result }
      : { status: 'failed', verdict: 'fail', summary: `another run goes on: ${says.join('; ')}`, retryAfterMs: 1000, ...result }
  },
})

/** `r-…/2` is a run that goes on after its end. */
const isSameRun = (one: string, other: string): boolean => one.split('/')[0] === other.split('/')[0]

/** A process of this machine that is gone holds nothing; of another machine that cannot be known. */
function isLive({ host, pid }: Holder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function holdersIn(folder: string): Promise<readonly Holder[]> {
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
  )
  return texts.flatMap((text) => {
    try {
      const read = shape.safeParse(JSON.parse(text))
      return read.success ? [read.data] : []
    } catch {
      return []
    }
  })
}
