/**
 * Measures reprise beside what it is compared with, in one run, on this machine: medians and ratios.
 * `npm run bench` runs all; `npm run bench -- start steps` only these. Machines are noisy: read the ratios.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tsImport } from 'tsx/esm/api'

const cli = fileURLToPath(new URL('../dist/reprise.js', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'reprise-bench-'))
mkdirSync(join(root, '.git'))
// Certificates of a workplace make Node itself start 100 ms later; they are not what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
const ms = (number) => `${number < 100 ? number.toFixed(1) : Math.round(number)} ms`

/** Wall time of one process, and its peak memory where /usr/bin/time is installed. */
function time(command, args, { expect = 0, cwd = root, PATH = env.PATH } = {}) {
  const began = performance.now()
  const ended = spawnSync(command, args, {
    cwd,
    env: { ...env, PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 26,
  })
  const took = performance.now() - began
  if (ended.status !== expect) throw new Error(`${command} ${args.join(' ')} ended with ${ended.status}: ${ended.stderr}`)
  return took
}

/** Each thing in turn, so that a noisy minute hits them all. */
function sideBySide(rounds, things) {
  const took = things.map(() => [])
  for (const run of things) run()
  for (let round = 0; round < rounds; round++) for (const [i, run] of things.entries()) took[i].push(run())
  return took.map(median)
}

const rows = []
const row = (work, ours, other, ratio, bound) => {
  rows.push([work, ours, other, ratio, bound])
  process.stdout.write(`| ${[work, ours, other, ratio, bound].join(' | ')} |\n`)
}

const stepsFile = (n) => {
  const file = join(root, `steps-${n}.md`)
  let text = `# Runbook: ${n} trivial steps\n\n## Procedure\n`
  for (let i = 1; i <= n; i++)
    text += `\n### Step ${i}: Do thing ${i}\n\n\`\`\`bash {command id=s${i} timeout=30s}\ntrue\n\`\`\`\n\n**Rollback**: none, nothing was done.\n`
  writeFileSync(file, text)
  return file
}

const peakMb = (args) => {
  const ended = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (ended.error) return 'not measured'
  const kilobytes = Number(ended.stderr.trim().split('\n').at(-1))
  return Number.isFinite(kilobytes) ? `${Math.round(kilobytes / 1024)} MB` : 'not measured'
}

const benches = {
  start() {
    const [bare, version, help] = sideBySide(11, [
      () => time(process.execPath, ['-e', '0']),
      () => time(process.execPath, [cli, '--version']),
      () => time(process.execPath, [cli, '--help']),
    ])
    row('`--version` against bare `node -e 0`', ms(version), ms(bare), `+${ms(version - bare)}`, 'at most +60 ms')
    row('`--help` against bare `node -e 0`', ms(help), ms(bare), `+${ms(help - bare)}`, 'at most +60 ms')
  },
  steps() {
    for (const n of [1, 10, 100, 1000]) {
      const file = stepsFile(n)
      const loop = `for i in $(seq ${n}); do bash -euo pipefail -c true; done`
      const [ours, bash] = sideBySide(n === 1000 ? 3 : 5, [
        () => time(process.execPath, [cli, 'run', file, '--unattended', '--no-history', '--json']),
        () => time('bash', ['-c', loop]),
      ])
      row(
        `${n} trivial steps, journalled and fsynced twice each, against \`bash -c\` from a shell loop`,
        ms(ours),
        ms(bash),
        `${(ours / bash).toFixed(1)}×`,
        n === 1000 ? 'under 5 s; aim 2×' : '',
      )
    }
  },
  plan() {
    const small = stepsFile(15)
    const large = stepsFile(5000)
    const [hundred, plan, lint] = sideBySide(3, [
      () => time(process.execPath, [cli, 'plan', small]),
      () => time(process.execPath, [cli, 'plan', large, '--json']),
      () => time(process.execPath, [cli, 'lint', large, '--json']),
    ])
    row('`plan` of a 100-line runbook', ms(hundred), '', '', 'under 250 ms')
    row('`plan` of a 5,000-step file', ms(plan), '', '', '')
    row('`lint` of a 5,000-step file', ms(lint), '', '', 'under 1 s after start')
  },
  output() {
    const file = join(root, 'output.md')
    const line = 'yes 0123456789012345678901234567890123456789012345678901234567890 | head -c 1000000000'
    writeFileSync(
      file,
      `# Runbook: 1 GB\n\n## Procedure\n\n### Step 1: Print\n\n\`\`\`bash {check id=print timeout=5m}\nset +o pipefail; ${line}\n\`\`\`\n`,
    )
    const [ours, bash] = sideBySide(1, [
      () => time(process.execPath, [cli, 'run', file, '--unattended', '--no-history']),
      () => time('bash', ['-c', `${line} | cat > ${join(root, 'out')}`]),
    ])
    row(
      '1 GB of output kept, redacted and shown, against `bash … | cat > file`',
      ms(ours),
      ms(bash),
      `${(ours / bash).toFixed(1)}×`,
      '',
    )
    row('the same, peak memory', peakMb([cli, 'run', file, '--unattended', '--no-history']), '', '', 'under 200 MB')
  },
  logs() {
    const line = '[2026-11-29 14:00:00,123] INFO [ReplicaFetcher replicaId=1] Truncating partition orders-3 to offset 123456 (kafka.log.Log)'
    const log = join(root, 'server.log')
    time('bash', ['-c', `set +o pipefail; yes '${line}' | head -c 1000000000 > ${log}; echo >> ${log}`])
    const file = join(root, 'logs.md')
    writeFileSync(
      file,
      `# Runbook: Logs\n\n## Procedure\n\n### Step 1: Scan\n\n\`\`\`yaml {check id=scan use=logs.scan timeout=10m}\nfiles: server.log\npatterns:\n  critical: [{pattern: OutOfMemoryError}, {pattern: No space left on device}, {pattern: Exiting Kafka due to fatal exception}]\n  warning: [{pattern: 'Shrinking ISR from [0-9,]+ to'}, {pattern: 'Connection to node .* could not be established'}]\n  info: [{pattern: 'UNCLEAN partition change'}]\n\`\`\`\n`,
    )
    const words = 'OutOfMemoryError|No space left on device|Exiting Kafka due to fatal exception|Shrinking ISR from [0-9,]+ to|Connection to node .* could not be established|UNCLEAN partition change'
    const [ours, grep] = sideBySide(1, [
      () => time(process.execPath, [cli, 'run', file, '--unattended', '--no-history']),
      () => time('bash', ['-c', `! grep -cE '${words}' ${log}`]),
    ])
    row('`logs.scan` of six patterns over 1 GB, against `grep -E`', ms(ours), ms(grep), `${(ours / grep).toFixed(1)}×`, '')
    row('the same, peak memory', peakMb([cli, 'run', file, '--unattended', '--no-history']), '', '', 'under 200 MB')
    rmSync(log)
  },
  history() {
    const file = join(root, 'history.md')
    let text =
      '# Runbook: History\n\n## Procedure\n\n### Step 1: Nothing\n\n```bash {check id=nothing timeout=5s}\ntrue\n```\n\n## Run history\n\n| Run | Date (UTC) | Operator | Environment | Result | Duration | Log |\n| --- | --- | --- | --- | --- | --- | --- |\n'
    for (let i = 0; i < 10_000; i++)
      text += `| \`r-250101-${i.toString(32).padStart(4, 'a')}\` | 2025-01-01 00:00 | a.martin | staging | passed | 1s | 0123456789ab |\n`
    const [ours] = sideBySide(3, [
      () => {
        writeFileSync(file, text)
        return time(process.execPath, [cli, 'run', file, '--unattended'])
      },
    ])
    const grown = statSync(file).size > text.length && readFileSync(file, 'utf8').startsWith(text.slice(0, text.length - 1))
    row('a run that adds a row to a history of 10,000 rows', ms(ours), '', '', grown ? '' : 'ROW MISSING')
  },
  find() {
    const many = join(root, 'many')
    mkdirSync(join(many, '.git'), { recursive: true })
    const example = readFileSync(fileURLToPath(new URL('../test/document/examples/failover-dr.en.md', import.meta.url)), 'utf8')
    for (let i = 0; i < 1000; i++)
      writeFileSync(join(many, `${i}.md`), example.replace(/^# .*$/m, `# Runbook: Kafka failover number ${i}`))
    const [bare, one, none, all] = sideBySide(5, [
      () => time(process.execPath, ['-e', '0']),
      () => time(process.execPath, [cli, 'find', 'number 777'], { cwd: many }),
      () => time(process.execPath, [cli, 'find', 'zookeper'], { cwd: many, expect: 1 }),
      () => time(process.execPath, [cli, 'find', 'kafka'], { cwd: many }),
    ])
    const lines = `${example.split('\n').length} lines each`
    row(`\`find\` over 1,000 files of ${lines}, one match, against bare \`node -e 0\``, ms(one), ms(bare), '', 'under 1 s')
    row('the same, no match: the nearest name is looked for', ms(none), ms(bare), '', 'under 1 s')
    row('the same, all 1,000 match and are listed', ms(all), ms(bare), '', '')
  },
  async hosts() {
    const work = 'one trivial step on each of 50 hosts on loopback, 10 at a time, against `xargs -P 10 ssh`'
    const { startSshd } = await tsImport('../test/support/sshd.ts', import.meta.url)
    const { toolPath } = await tsImport('../test/support/tool-path.ts', import.meta.url)
    if (['sshd', 'ssh', 'ssh-keygen'].some((tool) => toolPath(tool) === null)) return row(work, 'not measured', '', '', '')
    const names = Array.from({ length: 50 }, (_, index) => `host-${index + 1}`)
    const sshd = await startSshd(names)
    try {
      const file = join(root, 'hosts.md')
      writeFileSync(
        file,
        `# Runbook: 50 hosts\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| HOSTS | list(hostname) | \`${names.join(', ')}\` | the hosts |\n\nWithout the tool: \`HOSTS=host-1\`\n\n## Procedure\n\n### Step 1: Do it\n\n**For each**: \`HOST\` in \`HOSTS\`, 10 at a time\n\n**On**: \`$HOST\`\n\n\`\`\`bash {command id=do timeout=60s}\ntrue\n\`\`\`\n\n**Rollback**: none, nothing was done.\n`,
      )
      const there = { PATH: sshd.PATH }
      const [ours, ssh] = sideBySide(3, [
        () => time(process.execPath, [cli, 'run', file, '--unattended', '--no-history', '--json'], there),
        () => time('bash', ['-c', `printf '%s\\n' ${names.join(' ')} | xargs -P 10 -I{} ssh {} bash -euo pipefail -c true`], there),
      ])
      row(work, ms(ours), ms(ssh), `${(ours / ssh).toFixed(1)}×`, '')
    } finally {
      await sshd.stop()
    }
  },
}

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(benches)
process.stdout.write(
  `Node ${process.versions.node}, ${availableParallelism()} cores; medians\n\n| Work | reprise | beside it | ratio | bound |\n| --- | ---: | ---: | ---: | --- |\n`,
)
try {
  for (const name of wanted) await benches[name]()
} finally {
  rmSync(root, { recursive: true, force: true })
}
