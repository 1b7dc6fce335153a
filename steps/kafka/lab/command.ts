import { createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { train } from './archives.ts'
import { fault } from './fault-command.ts'
import { faultsOf } from './faults.ts'
import { install } from './installation.ts'
import { kafkaHome } from './kafka-home.ts'
import { labDoctor } from './lab-doctor.ts'
import { labDown } from './lab-down.ts'
import { envText, labEnv } from './lab-env.ts'
import { LabError } from './lab-error.ts'
import { askedBy, loadFlags, parseFlags, type Flags } from './lab-flags.ts'
import { labReset } from './lab-reset.ts'
import { service } from './lab-service.ts'
import { needPlan } from './lab-state.ts'
import { labStatus, statusText } from './lab-status.ts'
import { labUp, startedNodes, type Tell } from './lab-up.ts'
import { load } from './load-command.ts'
import { nodeNamed } from './start-node.ts'
import { logFile } from './supervise.ts'
import { VERSIONS } from './topology.ts'

/** What the command line hands to the command of a pack. */
interface PackCall {
  readonly args: readonly string[]
  readonly root: string
  readonly inventory: string
  readonly say: (text: string) => void
  readonly complain: (text: string) => void
}

interface LabCall extends PackCall {
  /** The words after the action. */
  readonly words: readonly string[]
  readonly flags: Flags
  readonly home: string
  /** A line of progress. */
  readonly tell: Tell
}

/** `lab ACTION …`: real Kafka clusters on this machine. */
export async function command(call: PackCall): Promise<number> {
  try {
    const { values: flags, positionals } = parseFlags(call.args)
    const [action = '', ...words] = positionals
    const act = ACTIONS.get(action)
    if (act === undefined) throw new LabError(`no action "${action}": reprise lab --help`, 2)
    const home = resolve(flags.home ?? join(call.root, '.reprise', 'lab'))
    const tell = flags.quiet === true ? (): void => undefined : call.complain
    return await act({ ...call, words, flags, home, tell })
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    call.complain(`reprise lab: ${error.message}`)
    return error.exitCode
  }
}

const ACTIONS = new Map<string, (call: LabCall) => Promise<number> | number>([
  ['up', up],
  ['down', down],
  ['status', status],
  ['env', env],
  ['reset', reset],
  ['logs', logs],
  ['svc', svc],
  ['fault', faults],
  ['load', loads],
  ['setup', setup],
  ['doctor', doctor],
])

async function up({ flags, home, say, tell }: LabCall): Promise<number> {
  const values = labEnv(await labUp(askedBy(flags, home), tell))
  const shown = Object.entries(values).flatMap(([name, value]) =>
    /BOOTSTRAP|^CONNECT_URL/.test(name) ? [`${name}=${value}`] : [],
  )
  say(flags.json === true ? JSON.stringify(values) : `up: ${shown.join(' ')}`)
  return 0
}

async function down({ home, say }: LabCall): Promise<number> {
  say((await labDown(home)) ? 'down' : 'there was no lab')
  return 0
}

async function status({ flags, home, say }: LabCall): Promise<number> {
  const seen = await labStatus(needPlan(home))
  say(flags.json === true ? JSON.stringify(seen) : statusText(seen))
  const wanted = startedNodes(seen.plan).map(({ name }) => name)
  return seen.nodes.every(({ name, state }) => state === 'running' || !wanted.includes(name)) ? 0 : 1
}

async function reset({ home, tell }: LabCall): Promise<number> {
  await labReset(needPlan(home), tell)
  return 0
}

async function svc({ words, home, say }: LabCall): Promise<number> {
  const { exitCode, line } = await service(needPlan(home), { action: words[0] ?? '', name: words[1] ?? '' })
  say(line)
  return exitCode
}

async function faults({ words, flags, home, say, tell }: LabCall): Promise<number> {
  const now = await fault(needPlan(home), words, tell)
  say(flags.json === true ? JSON.stringify(faultsOf(home)) : now === '' ? 'no faults' : now)
  return 0
}

async function loads({ words, flags, home, say }: LabCall): Promise<number> {
  say(await load(needPlan(home), { words, json: flags.json === true, flags: loadFlags(flags) }))
  return 0
}

async function setup({ say, tell }: LabCall): Promise<number> {
  const installed = kafkaHome()
  for (const version of VERSIONS) await train(await install({ version, installed }, tell), tell)
  say(`Kafka ${VERSIONS.join(' and ')} are here`)
  return 0
}

function doctor({ say }: LabCall): number {
  const { canStart, lines } = labDoctor()
  say(lines.join('\n'))
  return canStart ? 0 : 1
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
