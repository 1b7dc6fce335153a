import { createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { train } from './archives.ts'
import { fault } from './fault-command.ts'
import { faultsOf } from './faults.ts'
import { install } from './installation.ts'
import { LabError } from './lab-error.ts'
import { labDown } from './lab-down.ts'
import { envText, labEnv } from './lab-env.ts'
import { labReset } from './lab-reset.ts'
import { service } from './lab-service.ts'
import { needPlan } from './lab-state.ts'
import { load } from './load-command.ts'
import { labStatus, statusText } from './lab-status.ts'
import { labUp, startedNodes, type Asked } from './lab-up.ts'
import { nodeNamed } from './start-node.ts'
import { logFile } from './supervise.ts'
import { SECURITIES, TOPOLOGIES, VERSIONS, type Topology } from './topology.ts'

/** What the command line hands to the command of a pack. */
interface PackCall {
  readonly args: readonly string[]
  readonly root: string
  readonly inventory: string
  readonly say: (text: string) => void
  readonly complain: (text: string) => void
}

interface LabCall extends PackCall {
  readonly words: readonly string[]
  readonly flags: Flags
  readonly home: string
}

/** `lab ACTION …`: real Kafka clusters on this machine. */
export async function command(call: PackCall): Promise<number> {
  try {
    const { values, positionals } = parse(call.args)
    const [action = '', ...words] = positionals
    const home = resolve(values.home ?? join(call.root, '.reprise', 'lab'))
    return await act(action, { ...call, words, flags: values, home })
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    call.complain(`reprise lab: ${error.message}`)
    return error.exitCode
  }
}

type Flags = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        topology: { type: 'string' },
        version: { type: 'string' },
        security: { type: 'string' },
        links: { type: 'boolean' },
        services: { type: 'boolean' },
        home: { type: 'string' },
        'base-port': { type: 'string' },
        json: { type: 'boolean' },
        quiet: { type: 'boolean' },
        topic: { type: 'string' },
        partitions: { type: 'string' },
        rate: { type: 'string' },
      },
    })
  } catch (error) {
    throw new LabError((error as Error).message, 2)
  }
}

async function act(action: string, call: LabCall): Promise<number> {
  const { words, flags, home, say, complain } = call
  const tell = flags.quiet === true ? (): void => undefined : complain
  switch (action) {
    case 'up': {
      const plan = await labUp(asked(flags, home), tell)
      if (flags.json === true) say(JSON.stringify(labEnv(plan)))
      else
        say(
          `up: ${Object.entries(labEnv(plan))
            .flatMap(([name, value]) => (/BOOTSTRAP|_URL/.test(name) ? [`${name}=${value}`] : []))
            .join(' ')}`,
        )
      return 0
    }
    case 'down':
      say((await labDown(home)) ? 'down' : 'there was no lab')
      return 0
    case 'status': {
      const status = await labStatus(needPlan(home))
      say(flags.json === true ? JSON.stringify(status) : statusText(status))
      const wanted = startedNodes(status.plan).map(({ name }) => name)
      return status.nodes.every(({ name, state }) => state === 'running' || !wanted.includes(name)) ? 0 : 1
    }
    case 'env':
      return env(call)
    case 'reset':
      await labReset(needPlan(home), tell)
      return 0
    case 'logs':
      return logs(call)
    case 'svc': {
      const { exitCode, line } = await service(needPlan(home), { action: words[0] ?? '', name: words[1] ?? '' })
      say(line)
      return exitCode
    }
    case 'fault': {
      const now = await fault(needPlan(home), words, tell)
      say(flags.json === true ? JSON.stringify(faultsOf(home)) : now === '' ? 'no faults' : now)
      return 0
    }
    case 'load': {
      const { topic, partitions, rate } = flags
      const order = {
        ...(topic === undefined ? {} : { topic }),
        ...(partitions === undefined ? {} : { partitions: whole('partitions', partitions) }),
        ...(rate === undefined ? {} : { rate: whole('rate', rate) }),
      }
      say(await load(needPlan(home), { words, json: flags.json === true, flags: order }))
      return 0
    }
    case 'setup':
      for (const version of VERSIONS) await train(await install(version, tell), tell)
      say(`Kafka ${VERSIONS.join(' and ')} are here`)
      return 0
    default:
      throw new LabError(`no action "${action}": reprise lab --help`, 2)
  }
}

function asked(flags: Flags, home: string): Asked {
  const topology: Topology = oneOf('topology', TOPOLOGIES, flags.topology ?? 'dr')
  const isOld = topology === 'migration' || topology === 'upgrade'
  const version = oneOf('version', isOld ? (['3.9.2'] as const) : VERSIONS, flags.version ?? (isOld ? '3.9.2' : '4.3.1'))
  const security = oneOf('security', SECURITIES, flags.security ?? 'none')
  const basePort = flags['base-port'] === undefined ? undefined : Number(flags['base-port'])
  if (basePort !== undefined && !(Number.isInteger(basePort) && basePort >= 1024 && basePort <= 65_000))
    throw new LabError('--base-port: expected a number between 1024 and 65000', 2)
  return { topology, version, security, links: flags.links === true, services: flags.services === true, basePort, home }
}

function whole(flag: string, given: string): number {
  const value = Number(given)
  if (!Number.isInteger(value) || value < 1) throw new LabError(`--${flag}: expected a number above 0`, 2)
  return value
}

function oneOf<T extends string>(flag: string, known: readonly T[], given: string): T {
  const found = known.find((one) => one === given)
  if (found === undefined) throw new LabError(`--${flag}: unexpected ${given}, expected ${known.join(', ')}`, 2)
  return found
}

function env({ flags, home, inventory, say, complain }: LabCall): number {
  const values = labEnv(needPlan(home))
  mkdirSync(inventory, { recursive: true })
  const file = join(inventory, 'lab.env')
  writeFileSync(file, envText(values))
  complain(`written: ${file}`)
  say(flags.json === true ? JSON.stringify(values) : `${envText(values)}export PATH='${values['KAFKA_BIN']}':"$PATH"`)
  return 0
}

async function logs({ words, home }: LabCall): Promise<number> {
  const plan = needPlan(home)
  const file = logFile(home, nodeNamed(plan, words[0] ?? '').name)
  if (!existsSync(file)) throw new LabError(`${words[0]} has printed nothing yet`)
  for await (const bytes of createReadStream(file)) process.stdout.write(bytes as Buffer)
  return 0
}
