import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import { lint } from '../../engine/lint/lint.ts'
import { world } from './context.ts'

/** Shell that good runbooks hold: no error may be reported for it. */
const honest: readonly (readonly [string, string, string])[] = [
  [
    'a token that is made here and looked for',
    'validate',
    'token="run-$RUN_ID-$(date +%s%N)"\necho "$token" | tee log\ngrep -x "$token" log',
  ],
  [
    'a result code that is kept',
    'check',
    'rc=0; timeout 10 probe >/dev/null || rc=$?\ncase $rc in 0) up=true ;; 1 | 124) up=false ;; *) (exit "$rc") ;; esac\necho "$up"',
  ],
  ['an awk program with its own dollars', 'check', "ps aux | awk '$3 > 50 {s += $3; n++} END {if (!n) exit 1; print s}'"],
  ['redirections without blanks', 'command', 'sort <input.txt >output.txt 2>&1\ncat <in>out'],
  [
    'a here-document with markup',
    'command',
    'cat > site.xml <<EOF\n<configuration>\n  <property name="x">$HOME</property>\n</configuration>\nEOF',
  ],
  [
    'a quoted here-document with dollars',
    'command',
    "cat > run.sh <<'EOF'\necho $NOT_OURS <placeholder>\nEOF".replace(' <placeholder>', ''),
  ],
  ['a bounded loop', 'command', 'for i in $(seq 1 30); do kafka-ready && break; sleep 1; done'],
  [
    'a loop with a deadline',
    'command',
    'end=$((SECONDS + 60))\nwhile true; do kafka-ready && break; (( SECONDS < end )) || exit 1; sleep 1; done',
  ],
  ['reading a file line by line', 'command', 'while IFS= read -r host; do ssh -n "$host" uptime; done < hosts.txt'],
  [
    'functions and their own variables',
    'command',
    'ensure() { local name=$1 mode=${2:-0644}; install -m "$mode" "$name" /etc; }\nensure a.conf',
  ],
  [
    'arithmetic and arrays in one block',
    'command',
    'list=(a b c)\nfor i in "${!list[@]}"; do echo "$((i + 1)) ${list[$i]}"; done\necho "${#list[@]}"',
  ],
  [
    'mapfile, read and printf -v',
    'command',
    'mapfile -t rows < rows.txt\nread -r first second <<< "a b"\nprintf -v now "%(%F)T" -1\necho "${rows[0]} $first $second $now"',
  ],
  [
    'defaults and tests of names that may be missing',
    'command',
    'echo "${LIMIT:-10} ${OTHER-} ${THIRD:+set}"\n: "${FOURTH:=4}"\necho "$FOURTH"',
  ],
  ['a condition that is negated on purpose', 'check', 'if ! grep -q ready kafka.log; then echo missing; (exit 1); fi'],
  ['a pattern for the empty case', 'check', 'out=$(kafka-topics.sh --describe)\ntest -z "$out"'],
  ['swallowing a failure in the middle', 'check', 'rm -f lock || true\nkafka-ready'],
  ['mktemp and templates', 'command', 'work=$(mktemp -d /tmp/work.XXXXXX)\ntrap \'rm -rf "$work"\' EXIT'],
  ['a remote command', 'command', 'ssh -o BatchMode=yes kafka-1 sudo systemctl restart kafka'],
  ['a remote script on standard input', 'command', "ssh kafka-1 bash -s <<'EOF'\nset -eu\nsystemctl restart kafka\nEOF"],
  [
    'exec without a terminal',
    'command',
    'kubectl exec deploy/kafka -- bash -c "ls /var/lib"\nkubectl logs deploy/kafka --since=5m',
  ],
  ['the last lines of a log', 'check', 'tail -n 100 /var/log/kafka.log | grep -F started'],
  ['a log followed for a while', 'check', 'timeout 60 tail -F /var/log/kafka.log | grep -m1 started'],
  [
    'curl with its own configuration',
    'command',
    'curl --fail-with-body -sS --config <(printf \'header = "Authorization: Bearer %s"\\n\' "$(cat /run/token)") https://example.org/api',
  ],
  ['jq with angle brackets', 'check', "jq -e '.items[] | select(.count > 3 and .count < 9)' < items.json"],
  ['a sed script with word borders', 'command', "sed -i 's/\\<old\\>/new/; s/<name>x<\\/name>/<name>y<\\/name>/' site.xml"],
  ['comparison in double brackets', 'check', '[[ "$HOME" < "/z" && 3 -gt 2 ]]'],
  ['French in quotes', 'command', 'echo "Terminé : l’équipe est prévenue — fin"'],
  ['process substitution', 'check', 'diff <(sort a.txt) <(sort b.txt)'],
  ['a case with many words', 'command', 'case "${1:-}" in\n  start|restart) echo go ;;\n  *) echo no ;;\nesac'],
  ['a password from a file', 'command', 'PGPASSWORD=$(cat /run/secrets/db) psql -h db -c "select 1"'],
  ['environment of one command', 'command', 'LC_ALL=C sort names.txt\nenv -i PATH="$PATH" bash -c \'echo "$0"\''],
  ['dollars at the end of patterns', 'check', 'ls | grep -E "\\.log$"\necho "cost: 5$"'],
  [
    'names that only look like secrets',
    'command',
    'kubectl get secret kafka-token -o yaml\nTOKEN_FILE=/run/token\ncat "$TOKEN_FILE"',
  ],
  ['git and friends', 'command', 'git log -1 --format="%an <%ae>" | cat\ngit diff --exit-code'],
  ['docker formats', 'check', "docker ps --format '{{.Names}}\\t{{.Status}}'"],
  ['a select of lines', 'check', 'df --output=pcent / | tail -1 | tr -dc 0-9'],
  ['a background process that is ended', 'command', 'tail -f /var/log/kafka.log > follow.log &\npid=$!\nsleep 5\nkill "$pid"'],
  [
    'getopts',
    'command',
    'while getopts "ab:" flag; do case $flag in a) all=1 ;; b) base=$OPTARG ;; *) : ;; esac; done\necho "${all:-} ${base:-}"',
  ],
  [
    'find and xargs',
    'command',
    "find . -name '*.tmp' -print0 | xargs -0 -r rm -f --\nfind . -type d -mtime +14 -exec rm -rf {} +",
  ],
  ['openssl with a subject', 'check', 'echo | openssl s_client -connect kafka-1:9093 2>/dev/null | openssl x509 -noout -enddate'],
  ['a question that is answered', 'command', 'yes | head -n 1 | while read -r answer; do echo "$answer"; done'],
]

describe('honest shell', () => {
  test.each(honest)('%s gives no error', (_name, type, body) => {
    const source = `# Honest\n\n## Procedure\n\n### Step 1: Do it\n\n\`\`\`bash {${type}}\n${body}\n\`\`\`\n`
    const { runbook, problems } = parseRunbook({ file: 'honest.md', source })
    if (runbook === null) throw new Error(JSON.stringify(problems))
    const errors = lint(runbook, world).filter(({ severity }) => severity === 'error')
    expect(errors.map(({ rule, place, reason }) => `${place.line}:${place.column} ${rule} ${reason}`)).toEqual([])
  })
})
