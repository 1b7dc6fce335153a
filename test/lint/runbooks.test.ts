import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import { lint } from '../../engine/lint/lint.ts'
import { world } from './context.ts'

const restart = `# Runbook: Restart a cache node

## General information

- **Owner**: Cache team
- **Estimated time**: 10 minutes
- **RTO target**: 15m, until [Step 3](#step-3-prove-it)

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| \`NODE\` | enum(cache-1, cache-2) | ask | Node |
| \`ENDPOINT\` | host:port | inventory | Cluster |
| \`MAX_LAG\` | int(0..) | \`100\` | Limit |
| \`HOOK_URL\` | secret | env | Channel |

Without the tool: \`set -a; . inventory/production.env; NODE=cache-1 MAX_LAG=100 RUN_ID=by-hand\`, then paste.

\`\`\`bash {setup}
say() { printf '%s %s\\n' "$RUN_ID" "$1"; }
\`\`\`

## Prerequisites

- [ ] The incident is declared

\`\`\`bash {check id=tools}
for tool in cachectl curl; do command -v "$tool"; done
\`\`\`

## Procedure

### Step 1: Measure

\`\`\`bash {check id=lag timeout=20s capture=lag:int}
lag=$(cachectl lag --cluster "$ENDPOINT" | awk '{s += $2; n++} END {if (!n) exit 1; print s}')
echo "$lag"
\`\`\`

| If | Then |
| --- | --- |
| \`lag <= MAX_LAG\` | continue |
| \`lag > MAX_LAG\` | approve: cache-lead |

**On failure**: see step 3.

### Step 2: Restart

> [!CAUTION]
> Clients of this node reconnect.

\`\`\`bash {command id=restart timeout=2m confirm=env}
say "restarting $NODE"
ssh "$NODE" sudo systemctl restart cache
\`\`\`

**Validation**: it is back.

\`\`\`bash {wait every=5s timeout=2m}
cachectl status --node "$NODE" | grep -x up
\`\`\`

**Rollback**: none, a restart leaves nothing to undo.

### Step 3: Prove it

\`\`\`bash {validate id=write timeout=30s}
token="probe-$RUN_ID-$(date +%s%N)"
cachectl put "$ENDPOINT" probe "$token"
cachectl get "$ENDPOINT" probe | grep -x "$token"
\`\`\`

### Step 4: Tell the team

\`\`\`bash {notify}
printf '{"text": "%s is back"}' "$NODE" | curl --fail -sS --data @- --config <(printf 'url = "%s"\\n' "$HOOK_URL")
\`\`\`
`

const choisir = `# Runbook : Choisir un diagnostic

## Informations générales

- **Propriétaire** : Équipe cache
- **Temps estimé** : 10 minutes

## Procédure

### Étape 1 : Quel est le symptôme ?

| Réponse | Aller à |
| --- | --- |
| Lent | [Étape 2](#étape-2--mesurer-le-retard) |
| Arrêté | [Relancer](there.md) |

### Étape 2 : Mesurer le retard

\`\`\`bash {check id=retard timeout=30s capture=retard:int}
cachectl lag
\`\`\`

| Si | Alors |
| --- | --- |
| \`retard > 10\` | [Relancer](there.md) |
| sinon | fin |

Voir l'étape 1.
`

describe('good runbooks', () => {
  test.each([
    ['in English', restart],
    ['in French', choisir],
  ])('%s have neither error nor warning', (_name, source) => {
    const { runbook, problems } = parseRunbook({ file: 'good.md', source })
    if (runbook === null) throw new Error(JSON.stringify(problems))
    expect(lint(runbook, { ...world, hosts: null }).filter(({ severity }) => severity !== 'info')).toEqual([])
  })
})

test('a file of 5,000 steps is linted, each of its blocks once', () => {
  const step = (number: number): string =>
    `### Step ${number}: Do ${number}\n\n\`\`\`bash {command}\nvalue_${number}=$(probe "$HOME" | head -1)\necho "$value_${number}"\n\`\`\`\n\n**Validation**: it is there.\n\n**Rollback**: none, nothing stays.\n\n`
  const source = `# Long\n\n## Procedure\n\n${Array.from({ length: 5000 }, (_, index) => step(index + 1)).join('')}`
  const { runbook } = parseRunbook({ file: 'long.md', source })
  if (runbook === null) throw new Error('no runbook')
  const started = performance.now()
  const problems = lint(runbook, world)
  process.stdout.write(`lint of 5,000 steps: ${Math.round(performance.now() - started)} ms\n`)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
})
