import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createTopics } from '../support/api/create-topics.ts'
import { sayFailure } from '../support/failure.ts'
import { must, onCluster } from './clusters.ts'
import { labProgram } from './folders.ts'
import { LabError } from './lab-error.ts'
import { readNotes, readOrder, writeOrder, type LoadOrder } from './load-files.ts'
import { loadReport, loadText } from './load-report.ts'
import { until } from './poll.ts'
import { runningProcess, startProcess, stopProcess } from './supervise.ts'
import { brokersOf, nodesOf, type LabPlan } from './topology.ts'

const NAME = 'load'

/** `lab load start|switch|stop|report`. What there is to say. */
export async function load(
  plan: LabPlan,
  {
    words,
    json,
    flags,
  }: {
    readonly words: readonly string[]
    readonly json: boolean
    readonly flags: Partial<Omit<LoadOrder, 'cluster' | 'readers'>>
  },
): Promise<string> {
  const [action = 'report', cluster, whose = 'clients'] = words
  switch (action) {
    case 'start': {
      const there = clusterOf(plan, cluster ?? 'primary')
      await start(plan, { cluster: there, readers: there, topic: 'load', partitions: 6, rate: 60, ...flags })
      return 'load: started'
    }
    case 'switch': {
      const there = clusterOf(plan, cluster ?? '')
      writeOrder(plan.home, { ...readOrder(plan.home), ...moved(there, whose) })
      return `load: its ${whose} go to ${there}`
    }
    case 'stop':
      return (await stopProcess(plan.home, { name: NAME, graceMs: 10_000 })) === null ? 'load: did not run' : 'load: stopped'
    case 'report': {
      const report = await loadReport(plan)
      return json ? JSON.stringify(report) : loadText(report)
    }
    default:
      throw new LabError(`load: ${action}? start, switch, stop, report`, 2)
  }
}

function moved(cluster: 'primary' | 'dr', whose: string): Partial<LoadOrder> {
  switch (whose) {
    case 'clients':
      return { cluster, readers: cluster }
    case 'writers':
      return { cluster }
    case 'readers':
      return { readers: cluster }
    default:
      throw new LabError(`load switch: ${whose}? writers, readers, or neither for both`, 2)
  }
}

function clusterOf(plan: LabPlan, word: string): 'primary' | 'dr' {
  const known = (['primary', 'dr'] as const).filter((name) => brokersOf(nodesOf(plan), name).length > 0)
  const found = known.find((name) => name === word)
  if (found === undefined) throw new LabError(`no cluster "${word}": ${known.join(', ')}`, 2)
  return found
}

async function start(plan: LabPlan, order: LoadOrder): Promise<void> {
  if (runningProcess(plan.home, NAME) !== null) throw new LabError('a load runs already: reprise lab load stop', 2)
  rmSync(join(plan.home, 'load'), { recursive: true, force: true })
  writeOrder(plan.home, order)
  await onCluster(plan, { name: order.cluster }, async (cluster) => {
    const made = must(await createTopics(cluster, { topics: [{ name: order.topic, numPartitions: order.partitions }] }))
    for (const { result } of made)
      if (!result.ok && !(result.failure.type === 'kafka' && result.failure.name === 'TOPIC_ALREADY_EXISTS'))
        throw new LabError(sayFailure(result.failure))
  })
  startProcess(plan.home, { name: NAME, argv: [process.execPath, labProgram(NAME), plan.home] })
  const seen = (): number => new Set(readNotes(plan.home, 'acknowledged').map(({ partition }) => partition)).size
  await until(() => (seen() === order.partitions ? true : null), {
    what: () => `only ${seen()} of ${order.partitions} partitions acknowledge: see ${plan.home}/log/load.log`,
    timeoutMs: 30_000,
  })
}
