import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeLogDirs } from './support/api/describe-log-dirs.ts'
import type { LogDirsOf } from './support/api/describe-log-dirs.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { failureOf, sayFailure } from './support/failure.ts'
import { few, judged, notKnown, sample } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'

const input = z
  .strictObject({
    ...clusterInput,
    warnPct: z.number().min(0).max(100).default(85).describe('From so full on it warns, in % of the volume.'),
    failPct: z.number().min(0).max(100).default(95).describe('From so full on it fails, in %. Before an upgrade: 70.'),
    samples: z.int().min(1).max(60).default(1).describe('Looks; two or more tell in how many hours it is full.'),
    everyMs: z.int().min(100).default(5000).describe('Time between two looks, in milliseconds.'),
  })
  .refine(({ warnPct, failPct }) => warnPct <= failPct, {
    message: 'Invalid input: expected warnPct up to failPct',
    path: ['warnPct'],
  })

const output = z.strictObject({
  maxPct: z.number().describe('How full the fullest volume is, in %.'),
  fullest: z.string().describe('Which one: `broker 2 /data`.'),
  hoursToFull: z
    .number()
    .nullable()
    .describe('Hours until the first volume is full at the rate that was seen; null: none fills up, or one look.'),
  directories: z.int().describe('Data directories looked at.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

interface Volume {
  readonly broker: number
  readonly dir: string
  readonly totalBytes: number
  readonly usableBytes: number
  readonly pct: number
  readonly hoursToFull: number | null
}

export default defineStep({
  name: 'kafka.disk-usage',
  summary: "Fail when a broker's data directory is nearly full or offline.",
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Every directory',
      yaml: 'cluster: kafka-1:9092',
      says: 'each data directory of kafka-1:9092 is less than 95 % full',
    },
    {
      title: 'Before an upgrade, with a forecast',
      yaml: 'cluster: kafka-1:9092\nwarnPct: 60\nfailPct: 70\nsamples: 3',
      says: 'each data directory of kafka-1:9092 is less than 70 % full',
    },
  ],
  describe: ({ cluster, failPct }) => `each data directory of ${cluster} is less than ${failPct} % full`,
  byHand: (given) => `${byTool('kafka-log-dirs', given, '--describe')}   # sizes only; how full: df -P on each broker`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('data directories', cluster.failure))
    const looks = await sample({ count: given.samples, everyMs: given.everyMs, tools }, () => look(cluster.value))
    return judged(seen, judge(given, looks))
  },
})

type Look =
  | { readonly ok: true; readonly brokers: readonly LogDirsOf[] }
  | { readonly ok: false; readonly finding: Finding<never> }

async function look(cluster: Cluster): Promise<Look> {
  const said = await describeLogDirs(cluster, { withPartitions: false })
  return said.ok ? { ok: true, brokers: said.value } : { ok: false, finding: notKnown('data directories', said.failure) }
}

function judge({ warnPct, failPct }: Input, looks: readonly { readonly atMs: number; readonly value: Look }[]): Finding<Output> {
  const last = looks.at(-1)
  const first = looks[0]
  if (last === undefined || first === undefined)
    return { verdict: 'unknown', summary: 'stopped before anything was looked at', evidence: {} }
  if (!last.value.ok) return last.value.finding
  const earlier =
    first === last || !first.value.ok ? null : { brokers: first.value.brokers, hours: (last.atMs - first.atMs) / 3_600_000 }
  const volumes: Volume[] = []
  const offline: string[] = []
  const open: string[] = []
  for (const { nodeId, result } of last.value.brokers) {
    if (!result.ok) {
      open.push(`broker ${nodeId}: ${sayFailure(result.failure)}`)
      continue
    }
    if (result.value.length === 0) open.push(`broker ${nodeId} names no directory`)
    for (const { errorCode, logDir, totalBytes, usableBytes } of result.value) {
      const failure = failureOf(errorCode)
      if (failure !== null) offline.push(`broker ${nodeId} ${logDir}: ${sayFailure(failure)}`)
      else if (totalBytes <= 0 || usableBytes < 0) open.push(`broker ${nodeId} ${logDir}: its size is not given`)
      else
        volumes.push({
          broker: nodeId,
          dir: logDir,
          totalBytes,
          usableBytes,
          pct: pctOf(totalBytes, usableBytes),
          hoursToFull: forecast(earlier, { nodeId, logDir, usableBytes }),
        })
    }
  }
  return conclude({ warnPct, failPct }, { volumes, offline, open })
}

function conclude(
  { warnPct, failPct }: Pick<Input, 'warnPct' | 'failPct'>,
  {
    volumes,
    offline,
    open,
  }: { readonly volumes: readonly Volume[]; readonly offline: readonly string[]; readonly open: readonly string[] },
): Finding<Output> {
  const sorted = volumes.toSorted((one, other) => other.pct - one.pct)
  const [fullest] = sorted
  const hours = volumes.flatMap(({ hoursToFull }) => hoursToFull ?? [])
  const evidence = { volumes: sorted.slice(0, 100).map((one) => ({ ...one })), offline: [...offline], unreadable: [...open] }
  const none = { maxPct: 0, fullest: '', hoursToFull: null, directories: 0 }
  const output =
    fullest === undefined
      ? none
      : {
          maxPct: fullest.pct,
          fullest: nameOf(fullest),
          hoursToFull: hours.length === 0 ? null : Math.min(...hours),
          directories: volumes.length,
        }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({ verdict, summary, output, evidence })
  const full = sorted.filter(({ pct }) => pct >= failPct)
  if (offline.length + full.length > 0) return said('fail', few([...offline, ...full.map(sayVolume)]))
  if (open.length > 0 || fullest === undefined) return said('unknown', few(open) || 'no data directory is known')
  const high = sorted.filter(({ pct }) => pct >= warnPct)
  return high.length > 0
    ? said('warn', few(high.map(sayVolume)))
    : said('pass', `the fullest of ${volumes.length}: ${sayVolume(fullest)}`)
}

const pctOf = (total: number, usable: number): number => Math.round((1 - usable / total) * 1000) / 10
const nameOf = ({ broker, dir }: Volume): string => `broker ${broker} ${dir}`
const sayVolume = (one: Volume): string =>
  `${nameOf(one)} ${one.pct} %${one.hoursToFull === null ? '' : ` (${one.hoursToFull} h to full)`}`

/** Hours until nothing is usable, at the rate between the first look and the last; null where it does not fill. */
function forecast(
  earlier: { readonly brokers: readonly LogDirsOf[]; readonly hours: number } | null,
  { nodeId, logDir, usableBytes }: { readonly nodeId: number; readonly logDir: string; readonly usableBytes: number },
): number | null {
  const before = earlier?.brokers.find((one) => one.nodeId === nodeId)?.result
  const was = before?.ok === true ? before.value.find((one) => one.logDir === logDir)?.usableBytes : undefined
  if (earlier === null || was === undefined || was <= usableBytes || earlier.hours <= 0) return null
  return Math.round((usableBytes / ((was - usableBytes) / earlier.hours)) * 10) / 10
}
