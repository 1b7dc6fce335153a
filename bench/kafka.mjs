/**
 * Measures the Kafka steps on a lab of real brokers, beside the same questions asked with Kafka's own tools: medians and ratios.
 * `npm run bench` runs it last; without java and mvn it says that nothing was measured.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const cli = here('../dist/reprise.js')
const root = mkdtempSync(join(tmpdir(), 'reprise-bench-kafka-'))
const home = join(root, 'lab')
mkdirSync(join(root, '.git'))
cpSync(here('../runbooks'), join(root, 'runbooks'), { recursive: true })

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
const seconds = (ms) => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
const row = (...cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`)

function run(command, args, { env = process.env, mayFail = false } = {}) {
  const began = performance.now()
  const ended = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 })
  const ms = performance.now() - began
  if (ended.error) throw ended.error
  if (ended.status !== 0 && !mayFail) throw new Error(`${command} ${args.join(' ')} ended with ${ended.status}\n${ended.stdout}${ended.stderr}`)
  return { ms, stdout: ended.stdout, stderr: ended.stderr }
}
const reprise = (...args) => run(process.execPath, [cli, ...args])

/** Three rounds of each, in turn. */
function sideBySide(...things) {
  const took = things.map(() => [])
  for (let round = 0; round < 3; round++) for (const [i, thing] of things.entries()) took[i].push(thing().ms)
  return took.map(median)
}

/** The tool once more, with its peak memory, where `time` is installed. */
function measured(args, env) {
  const hasTime = existsSync('/usr/bin/time')
  const words = [process.execPath, cli, ...args]
  const { ms, stderr } = hasTime ? run('/usr/bin/time', ['-f', '%M', ...words], { env }) : run(words[0], words.slice(1), { env })
  const kilobytes = Number(stderr.trim().split('\n').at(-1))
  return { ms, peak: hasTime && Number.isFinite(kilobytes) ? `${Math.round(kilobytes / 1024)} MB` : 'not measured' }
}

function bench() {
  const up = reprise('lab', 'up', '--topology', 'dr', '--home', home)
  row('`lab up`: three brokers, a DR cluster, Connect with MirrorMaker 2', seconds(up.ms), '', '', 'about 15 s')
  const names = JSON.parse(reprise('lab', 'env', '--home', home, '--json').stdout)
  const env = { ...process.env, ...names, PATH: `${names.KAFKA_BIN}:${process.env.PATH}` }
  const at = names.PRIMARY_BOOTSTRAP
  const shell = (script) => run('bash', ['-c', script], { env })
  shell(`kafka-topics.sh --bootstrap-server ${at} --create --topic orders --partitions 9 --replication-factor 3`)

  const health = ['run', 'runbooks/kafka/topic-health.md', '--unattended', '--no-history', '-e', 'lab', '-p', 'TOPICS=orders', '-p', 'DISK_WARN=100', '-p', 'DISK_FAIL=100']
  const tools = `B="--bootstrap-server ${at}"
kafka-broker-api-versions.sh $B; kafka-metadata-quorum.sh $B describe --replication
kafka-topics.sh $B --describe --unavailable-partitions; kafka-topics.sh $B --describe --under-min-isr-partitions
kafka-topics.sh $B --describe --at-min-isr-partitions; kafka-topics.sh $B --describe --under-replicated-partitions
kafka-topics.sh $B --describe; kafka-log-dirs.sh $B --describe
kafka-configs.sh $B --entity-type brokers --describe --all; kafka-configs.sh $B --entity-type topics --describe --all
kafka-reassign-partitions.sh $B --list`
  const [ours, theirs] = sideBySide(
    () => run(process.execPath, [cli, ...health], { env }),
    () => shell(tools),
  )
  row("the health runbook, journalled, against the same questions to Kafka's own tools", seconds(ours), seconds(theirs), `${(ours / theirs).toFixed(2)}×`, '')

  // What comes now is not to be copied meanwhile.
  reprise('lab', 'fault', 'connector', 'mm2-source', 'stop', '--home', home)
  shell(`kafka-topics.sh --bootstrap-server ${at} --create --topic many --partitions 3000 --replication-factor 1`)
  writeFileSync(join(root, 'many.md'), manyChecks())
  const check = ['check', 'many.md', '-e', 'lab']
  const [checked, described] = sideBySide(
    () => run(process.execPath, [cli, ...check], { env }),
    () => shell(`kafka-topics.sh --bootstrap-server ${at} --describe > /dev/null`),
  )
  row('six checks over 3,000 partitions, against one `kafka-topics.sh --describe`', seconds(checked), seconds(described), `${(checked / described).toFixed(2)}×`, '')
  row('the same, peak memory', measured(check, env).peak, '', '', '')
  shell(`kafka-topics.sh --bootstrap-server ${at} --delete --topic many`)
  integrity(at, env, shell)
}

const manyChecks = () => {
  const uses = ['kafka.offline-partitions', 'kafka.under-replicated', 'kafka.under-min-isr', 'kafka.leader-skew', 'kafka.replica-skew', 'kafka.preferred-leader']
  const block = (use) => `\`\`\`yaml {check use=${use} timeout=1m}\ncluster: $PRIMARY_BOOTSTRAP\ntopics: many\n\`\`\`\n`
  return `# Runbook: Many partitions\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| \`PRIMARY_BOOTSTRAP\` | string | inventory | Brokers |\n\n## Prerequisites\n\n${uses.map(block).join('\n')}\n## Procedure\n\n### Step 1: Look once more\n\n${block(uses[0])}`
}

/** 1 GB of records, compared with themselves: both sides are read. */
function integrity(at, env, shell) {
  if (!existsSync(here('../dist/steps/kafka/data-integrity.js'))) return row('data integrity of 1 GB', 'not measured', '', '', '')
  shell(`kafka-topics.sh --bootstrap-server ${at} --create --topic bulk --partitions 3 --replication-factor 1 &&
    kafka-producer-perf-test.sh --bootstrap-server ${at} --topic bulk --num-records 1000000 --record-size 1000 --throughput -1 --command-property acks=1`)
  const input = `source: $PRIMARY_BOOTSTRAP\ntarget: $PRIMARY_BOOTSTRAP\ntopics: bulk\n`
  writeFileSync(
    join(root, 'bulk.md'),
    `# Runbook: Bulk\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| \`PRIMARY_BOOTSTRAP\` | string | inventory | Brokers |\n\n## Procedure\n\n### Step 1: Compare\n\n\`\`\`yaml {check use=kafka.data-integrity timeout=10m}\n${input}\`\`\`\n`,
  )
  const args = ['run', 'bulk.md', '--unattended', '--no-history', '-e', 'lab']
  const { ms, peak } = measured(args, env)
  const read = shell(`for side in source target; do
    kafka-consumer-perf-test.sh --bootstrap-server ${at} --topic bulk --messages 1000000 --group bench-$side --timeout 60000; done`)
  const speed = (took) => `${seconds(took)}, ${Math.round(2_000_000 / took)} MB/s`
  row('data integrity of 1 GB of records, read on both sides, against `kafka-consumer-perf-test.sh` twice', speed(ms), speed(read.ms), `${(ms / read.ms).toFixed(1)}×`, '')
  row('the same, peak memory', peak, '', '', '')
}

const hasJava = ['java', 'mvn'].every((tool) => spawnSync(tool, ['-version']).error === undefined)
const began = performance.now()
process.stdout.write('\n| Kafka | reprise | beside it | ratio | bound |\n| --- | ---: | ---: | ---: | --- |\n')
const decoded = spawnSync(process.execPath, ['--import', 'tsx', here('./metadata.ts')], { cwd: here('..'), encoding: 'utf8' })
row('metadata of 200,000 partitions read from one answer', decoded.status === 0 ? decoded.stdout.trim() : 'not measured', '', '', '')
if (!hasJava) row('everything on real brokers', 'not measured: java or mvn is not installed', '', '', '')
else
  try {
    bench()
  } finally {
    run(process.execPath, [cli, 'lab', 'down', '--home', home], { mayFail: true })
    rmSync(root, { recursive: true, force: true })
  }
process.stdout.write(`\nThe Kafka part took ${seconds(performance.now() - began)}.\n`)
