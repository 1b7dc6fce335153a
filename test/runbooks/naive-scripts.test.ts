import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

/** A script as it is often written, with its fault, taken over into a runbook as it stands. */
interface Naive {
  readonly fault: string
  /** The fences of its one step. */
  readonly text: string
  /** Command-line tools as they answer on a bad day, by their name. */
  readonly tools?: Readonly<Record<string, string>>
  /** What `lint` says of it. */
  readonly rules: readonly string[]
  /** How a run of it ends: `refused` before anything, `failed` where it stops; what a shell cannot know is `reported` only. */
  readonly ends: 'refused' | 'failed' | 'reported'
  /** What its operator reads then. */
  readonly says: RegExp
}

const fence = (info: string, body: string): string => `\`\`\`bash {${info}}\n${body}\n\`\`\`\n`
const silent = 'exit 0'
const down = 'echo "Connection to node -1 could not be established" >&2; exit 1'

const scripts: readonly Naive[] = [
  {
    fault: 'a lag that nobody answers for counts as a low one',
    text: fence(
      'check id=lag capture=lag:int assert="lag <= 10000"',
      `lag=$(curl -fs http://mm2-metrics:8080/metrics | awk '/mm2_replication_lag/ {sum += $2} END {print sum}')`,
    ),
    tools: { curl: 'echo "other_metric 1"' },
    rules: [],
    ends: 'failed',
    says: /lag/,
  },
  {
    fault: 'a lag that nobody answers for is below any bound',
    text: fence(
      'check id=lag',
      `lag=$(curl -fs http://mm2-metrics:8080/metrics | awk '/mm2_replication_lag/ {sum += $2} END {print sum}')
if [ "$lag" -gt 10000 ]; then false; fi`,
    ),
    tools: { curl: 'echo "other_metric 1"' },
    rules: ['sum-of-nothing'],
    ends: 'reported',
    says: /sum-of-nothing/,
  },
  {
    fault: 'an old message proves that a new one arrived',
    text: fence(
      'check id=arrived',
      'timeout 10 kafka-console-consumer.sh --bootstrap-server kafka-dr:9092 --topic probe --from-beginning --max-messages 1',
    ),
    tools: { 'kafka-console-consumer.sh': 'echo "test-failover-1600000000"' },
    rules: ['any-message'],
    ends: 'reported',
    says: /any-message/,
  },
  {
    fault: 'a metrics page that is down leaves no lag to be high',
    text: fence(
      'check id=lag',
      `lag=$(curl -s http://mm2-metrics:8080/metrics | grep mm2_replication_lag | awk '{sum += $2} END {print sum}')
if [ "$lag" -gt 10000 ]; then false; fi`,
    ),
    tools: { curl: 'exit 7' },
    rules: ['http-without-fail', 'sum-of-nothing'],
    ends: 'failed',
    says: /exit 1|code 1/i,
  },
  {
    fault: 'an error page is a connector that was paused',
    text: `${fence('command id=pause', 'curl -s -X PUT http://connect:8083/connectors/mm2/pause')}
**Validation**: it is paused.

${fence('validate id=paused', `curl -fs http://connect:8083/connectors/mm2/status | grep -F '"state":"PAUSED"'`)}
**Rollback**: none, it may copy on.
`,
    tools: { curl: `echo '{"error_code":404}'` },
    rules: ['http-without-fail'],
    ends: 'failed',
    says: /paused/,
  },
  {
    fault: 'a tool with an option that it does not have means that the primary is down',
    text: fence(
      'check id=down',
      'answer=$(kafka-broker-api-versions.sh --bootstrap-server kafka-dr:9092 --timeout 10000)\necho "$answer"',
    ),
    tools: { 'kafka-broker-api-versions.sh': 'echo "timeout is not a recognized option" >&2; exit 1' },
    rules: [],
    ends: 'failed',
    says: /not a recognized option/,
  },
  {
    fault: 'names are switched before anything proves the other side, and nothing leads back',
    text: fence('command id=switch', 'aws route53 change-resource-record-sets --change-batch file://dr.json'),
    tools: { aws: 'echo "An error occurred (AccessDenied)" >&2; exit 254' },
    rules: ['change-without-rollback', 'change-without-validation'],
    ends: 'failed',
    says: /AccessDenied/,
  },
  {
    fault: 'a fixed time is what proves that a broker has stopped',
    text: `${fence('command id=stop', 'ssh kafka-1 sudo systemctl stop kafka\nsleep 0.1')}
**Validation**: it does not run.

${fence('validate id=stopped', 'ssh kafka-1 systemctl status kafka | grep inactive')}
**Rollback**: none, it is started next.
`,
    tools: { ssh: 'echo "kafka.service: active (running)"' },
    rules: ['fixed-sleep'],
    ends: 'failed',
    says: /stopped/,
  },
  {
    fault: 'a secret stands among the words of a program',
    text: fence(
      'notify id=page',
      `curl -fs https://events.pagerduty.com/v2/enqueue -d '{"routing_key": "'$PAGERDUTY_KEY'", "event_action": "trigger"}'`,
    ),
    tools: { curl: silent },
    rules: ['secret-in-argv', 'undefined-variable'],
    ends: 'refused',
    says: /secret-in-argv/,
  },
  {
    fault: 'nothing that a broken tool prints is counted as no partition behind',
    text: fence(
      'check id=in-sync',
      `behind=$(kafka-topics.sh --bootstrap-server kafka-dr:9092 --describe --under-replicated-partitions | wc -l)
[ "$behind" -eq 0 ]`,
    ),
    tools: { 'kafka-topics.sh': down },
    rules: ['count-as-proof'],
    ends: 'failed',
    says: /could not be established/,
  },
  {
    fault: 'an error that a tool prints with exit code 0 is taken for an answer',
    text: fence(
      'check id=lag capture=lag:int assert="lag <= 100"',
      `lag=$(kafka-consumer-groups.sh --bootstrap-server kafka-dr:9092 --describe --group g | awk 'NR > 1 {sum += $6} END {print sum}')`,
    ),
    tools: { 'kafka-consumer-groups.sh': 'echo "Error: Executing consumer group command failed: timed out"' },
    rules: [],
    ends: 'failed',
    says: /lag/,
  },
  {
    fault: 'a loop waits for ever for what never comes',
    text: fence('check id=online', 'while true; do\n  if kafka-topics.sh --list; then break; fi\n  sleep 5\ndone'),
    tools: { 'kafka-topics.sh': down },
    rules: ['fixed-sleep', 'unbounded-loop'],
    ends: 'refused',
    says: /unbounded-loop/,
  },
  {
    fault: 'two sums of nothing are equal',
    text: fence(
      'check id=same',
      `one=$(kafka-console-consumer.sh --topic t --from-beginning --timeout-ms 1000 2>/dev/null | md5sum)
other=$(kafka-console-consumer.sh --topic primary.t --from-beginning --timeout-ms 1000 2>/dev/null | md5sum)
[ "$one" == "$other" ]`,
    ),
    tools: { 'kafka-console-consumer.sh': down },
    rules: ['equal-sums'],
    ends: 'failed',
    says: /same/,
  },
  {
    fault: 'two sums of what tools print that find nothing and say so to nobody are equal',
    text: fence(
      'check id=same',
      `one=$(kafka-console-consumer.sh --topic t --from-beginning --timeout-ms 1000 2>/dev/null | md5sum)
other=$(kafka-console-consumer.sh --topic primary.t --from-beginning --timeout-ms 1000 2>/dev/null | md5sum)
if [ "$one" == "$other" ]; then echo "same"; else exit 1; fi`,
    ),
    tools: { 'kafka-console-consumer.sh': silent },
    rules: ['equal-sums', 'exit-at-top-level'],
    ends: 'reported',
    says: /equal-sums/,
  },
  {
    fault: 'a tool with an option that it does not have is asked in a condition that nobody reads',
    text: fence(
      'check id=up',
      'if kafka-broker-api-versions.sh --bootstrap-server kafka-dr:9092 --timeout 10000 2>/dev/null; then\n  echo "up"\nfi',
    ),
    tools: { 'kafka-broker-api-versions.sh': 'echo "timeout is not a recognized option" >&2; exit 1' },
    rules: ['proof-cannot-fail'],
    ends: 'refused',
    says: /proof-cannot-fail/,
  },
  {
    fault: 'a quoted here-document hides a variable from the host that it is for',
    text: `${fence(
      'command id=upgrade',
      `NEW_VERSION=4.0.0
ssh kafka-1 << 'EOF'
  tar -xzf /tmp/kafka.tgz -C /opt/
  rm -rf /opt/kafka
  mv /opt/kafka_2.13-$NEW_VERSION /opt/kafka
EOF`,
    )}
**Validation**: it runs.

${fence('validate id=runs', 'ssh kafka-1 systemctl is-active kafka | tee state')}
**Rollback**: none, the old release is kept.
`,
    tools: { ssh: silent },
    rules: ['ssh-lost-variable'],
    ends: 'reported',
    says: /ssh-lost-variable/,
  },
  {
    fault: 'names that nobody gave a value',
    text: fence('command id=create', 'kafka-topics.sh --bootstrap-server "$PRIMARY_CLUSTER" --create --topic "$TEST_TOPIC"'),
    tools: { 'kafka-topics.sh': silent },
    rules: ['change-without-rollback', 'change-without-validation', 'undefined-variable'],
    ends: 'refused',
    says: /PRIMARY_CLUSTER/,
  },
  {
    fault: 'a class that the release does not have any more',
    text: fence(
      'check id=offsets capture=end:int',
      `end=$(kafka-run-class.sh kafka.tools.GetOffsetShell --broker-list kafka-dr:9092 | awk -F: '{sum += $3} END {print sum}')`,
    ),
    tools: { 'kafka-run-class.sh': 'echo "Error: Could not find or load main class kafka.tools.GetOffsetShell" >&2; exit 1' },
    rules: [],
    ends: 'failed',
    says: /Could not find or load main class/,
  },
  {
    fault: 'the tool is not there at all, and its message goes nowhere',
    text: fence('check id=dr', 'kafka-broker-not-here.sh --bootstrap-server kafka-dr:9092 2>/dev/null | grep -c ApiVersion'),
    rules: ['count-as-proof'],
    ends: 'failed',
    says: /dr/,
  },
]

const head =
  '# Runbook: Do it\n\n## General information\n\n- **ID**: `naive`\n- **Owner**: A team\n- **Estimated time**: 1 minute\n'

test.each(scripts)('as it stands: $fault', async ({ text, tools = {}, rules, ends, says }) => {
  const { root, remove } = workspace({ 'naive.md': `${head}\n## Procedure\n\n### Step 1: Do it\n\n${text}` })
  onTestFinished(remove)
  mkdirSync(join(root, 'bin'))
  for (const [name, answer] of Object.entries(tools)) {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${answer}\n`)
    chmodSync(join(root, 'bin', name), 0o755)
  }
  const options = { cwd: root, env: { PATH: `${join(root, 'bin')}:${process.env['PATH']}` } }
  const problems = JSON.parse((await reprise(['lint', 'naive.md', '--json'], options)).stdout) as { readonly rule: string }[]
  expect([...new Set(problems.map(({ rule }) => rule))].toSorted()).toEqual(rules.toSorted())
  if (ends === 'reported') {
    const planned = await reprise(['plan', 'naive.md'], options)
    expect(planned.stdout + planned.stderr).toMatch(says)
    return
  }
  const ended = await reprise(['run', 'naive.md', '--unattended', '--as', 'operator'], options)
  const said = ended.stdout + ended.stderr
  expect(ends === 'refused' ? [2] : [1, 4, 5], said).toContain(ended.code)
  expect(said).toMatch(says)
  expect(said).not.toMatch(/passed in/i)
})
