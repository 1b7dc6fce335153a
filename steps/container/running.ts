import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { firstLineOf, runProgram } from '../support/run-program.ts'

const input = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'Invalid input: expected the name or the id of a container')
    .describe('Name or id of the container.'),
  state: z.enum(['running', 'stopped']).default('running').describe('`stopped`: it is not there, or does not run.'),
  healthy: z.boolean().default(false).describe('Its own health check must say that it is healthy.'),
  image: z.string().min(1).optional().describe('Image that it must be made from, as it was named then: `apache/kafka:4.3.1`.'),
  engine: z.enum(['docker', 'podman']).default('docker').describe('Command to ask.'),
  timeoutMs: z.int().positive().default(10_000).describe('How long it may take, in milliseconds.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  status: z.string().describe('`running`, `exited`, `paused`, `restarting`; `missing` where there is none.'),
  health: z.string().describe('`healthy`, `unhealthy`, `starting`; empty where it has no health check.'),
  image: z.string().describe('Image that it is made from; empty where there is none.'),
  restarts: z.int().describe('How often it was restarted.'),
})

type Output = z.infer<typeof output>

/** As `inspect` of both commands has it. */
const inspected = z.looseObject({
  State: z.looseObject({
    Status: z.string(),
    ExitCode: z.int().optional(),
    StartedAt: z.string().optional(),
    Health: z.looseObject({ Status: z.string() }).nullish(),
  }),
  Config: z.looseObject({ Image: z.string().optional() }).optional(),
  RestartCount: z.int().optional(),
})

export default defineStep({
  name: 'container.running',
  summary: 'Require that a container runs, and is healthy, or that it does not run.',
  effect: 'reads',
  input,
  output,
  examples: [
    { title: 'It runs', yaml: 'name: kafka-1', says: 'the container kafka-1 runs' },
    {
      title: 'Healthy, of this version',
      yaml: 'name: connect\nhealthy: true\nimage: apache/kafka:4.3.1\nengine: podman',
      says: 'the container connect runs, is healthy, from apache/kafka:4.3.1',
    },
  ],
  describe: ({ name, state, healthy, image }) =>
    [
      `the container ${name} ${state === 'running' ? 'runs' : 'does not run'}`,
      ...(healthy ? ['is healthy'] : []),
      ...(image === undefined ? [] : [`from ${image}`]),
    ].join(', '),
  byHand: ({ name, engine }) =>
    `${engine} inspect --type container --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.Config.Image}}' ${name}`,
  async execute(given, tools): Promise<StepOutcome<Output>> {
    const { name, engine, timeoutMs } = given
    const unknown = (summary: string): StepOutcome<Output> => ({ status: 'failed', verdict: 'unknown', summary })
    const args = ['inspect', '--type', 'container', name]
    const ran = await runProgram({ file: engine, args, timeoutMs, signal: tools.signal })
    if (!ran.ok) return unknown(ran.reason)
    if (ran.exit !== 0)
      return /no such (?:container|object)/i.test(ran.stderr)
        ? judged(given, { status: 'missing', health: '', image: '', restarts: 0 })
        : unknown(`${engine}: ${firstLineOf(ran.stderr)}`)
    const parsed = z.array(inspected).length(1).safeParse(jsonIn(ran.stdout))
    const [found] = parsed.data ?? []
    if (found === undefined) return unknown(`${engine} does not say the state of ${name}`)
    return judged(given, {
      status: found.State.Status,
      health: found.State.Health?.Status ?? '',
      image: found.Config?.Image ?? '',
      restarts: found.RestartCount ?? 0,
    })
  },
})

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function judged(given: Input, found: Output): StepOutcome<Output> {
  const runs = found.status === 'running'
  const isShort = given.state === 'running' && !runs
  const wrong = [
    ...(isShort ? [found.status === 'missing' ? 'there is no such container' : `it is ${found.status}`] : []),
    // Paused and restarting ones are not stopped.
    ...(given.state === 'stopped' && !['missing', 'exited', 'created', 'dead'].includes(found.status)
      ? [`it is ${found.status}`]
      : []),
    ...(given.healthy && runs && found.health !== 'healthy'
      ? [found.health === '' ? 'it has no health check' : `it is ${found.health}`]
      : []),
    ...(given.image !== undefined && found.status !== 'missing' && found.image !== given.image
      ? [`it is made from ${found.image || 'an unknown image'}, expected ${given.image}`]
      : []),
  ]
  const evidence = { engine: given.engine, name: given.name, ...found }
  if (wrong.length > 0)
    return {
      status: 'failed',
      verdict: 'fail',
      summary: `${given.name}: ${wrong.join('; ')}`,
      output: found,
      evidence,
      retryAfterMs: 1000,
    }
  const health = found.health === '' ? '' : `, ${found.health}`
  return { status: 'done', verdict: 'pass', summary: `${given.name}: ${found.status}${health}`, output: found, evidence }
}
