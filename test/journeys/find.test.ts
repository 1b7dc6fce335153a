import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const failover = `# Runbook : Basculement de Kafka

## Informations générales

- **Propriétaire** : Équipe plateforme
- **Temps estimé** : 15 minutes

## Quand utiliser ce runbook

L'alerte \`KafkaUnderReplicated\` sonne.

## Procédure

### Étape 1 : Arrêter le nœud principal

\`\`\`bash {check}
true
\`\`\`

## Historique des exécutions

| Exécution | Date (UTC) | Opérateur | Environnement | Résultat | Durée | Journal |
| --- | --- | --- | --- | --- | --- | --- |
| \`r-261101-aaaa\` | 2026-11-01 10:00 | ann | staging | réussi | 12m00s | 0123456789ab |
| \`r-261102-aaaa\` | 2026-11-02 10:00 | ann | staging | échoué à dns | 3m00s | 0123456789ab |
`
const disk = '# Free disk space\n\n## Mitigation\n\n1. Look at the basket\n2. Remove old caches\n'
const notes = '# Kafka notes\n\nNo procedure here.\n'

async function found(text: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { root, remove } = workspace({ 'runbooks/failover.fr.md': failover, 'disk.md': disk, 'notes.md': notes, ...more })
  try {
    const json = await reprise(['find', ...text, '--json'], { cwd: root })
    const text1 = await reprise(['find', ...text], { cwd: root })
    return { files: (JSON.parse(json.stdout) as { file: string }[]).map(({ file }) => file), json: json.stdout, ...text1 }
  } finally {
    remove()
  }
}

test.each([
  ['a title without its accents', ['basculement de kafka']],
  ['an alert name in another case', ['kafkaunderreplicated']],
  ['a step, with the ligature that nobody types', ['noeud principal']],
  ['a section', ['PROCEDURE']],
  ['words in another order, of several places', ['kafka', 'arreter', 'basculement']],
])('find knows a runbook by %s', async (_, words) => {
  expect((await found(words)).files).toEqual(['runbooks/failover.fr.md'])
})

test('find shows the last green run, the estimate and the owner, and counts', async () => {
  const { json, stdout, code } = await found(['basculement'])
  expect(JSON.parse(json)).toEqual([
    {
      file: 'runbooks/failover.fr.md',
      title: 'Basculement de Kafka',
      owner: 'Équipe plateforme',
      estimateMs: 900_000,
      lastPassed: '2026-11-01 10:00',
    },
  ])
  expect(stdout).toMatch(/Basculement\S* .*runbooks\/failover\.fr\.md {2}2026-11-01 10:00 {2}15m +Équipe plate/)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 runbook: reprise run FILE')
  expect(code).toBe(0)
})

test('a step of a numbered list is found, a file without a procedure is not', async () => {
  expect((await found(['old caches'])).files).toEqual(['disk.md'])
  expect((await found(['notes'])).files).toEqual([])
})

test('a runbook without a title is found, and named, by its file', async () => {
  const more = { 'runbooks/Drain one.md': '## Procedure\n\n### Step 1: Look\n\n```bash {check}\ntrue\n```\n' }
  expect((await found(['drain ONE'], more)).files).toEqual(['runbooks/Drain one.md'])
  expect((await found(['drian'], more)).stdout).toBe('Nothing is called "drian". The nearest: Drain one.\n')
})

test('nothing found is a sentence with the nearest name, whatever was typed', async () => {
  expect((await found(['basculment'])).stdout).toBe('Nothing is called "basculment". The nearest: Basculement de Kafka.\n')
  expect((await found(['KafkaUnderReplicatd'])).stdout).toContain('The nearest: KafkaUnderReplicated.')
  const { stdout, json } = await found(['qqq\u001b[2Jzzz'])
  expect(stdout).toBe('Nothing is called "qqq^[[2Jzzz".\n')
  expect(json).toBe('[]\n')
})

test('a run whose row is not in the file counts too: it is recorded here', async () => {
  const { root, remove } = workspace({ 'disk.md': '# Disk\n\n## Procedure\n\n### Step 1: Look\n\n```bash {check}\ntrue\n```\n' })
  try {
    const ran = await reprise(['run', 'disk.md', '--unattended', '--no-history'], { cwd: root })
    expect(ran.code).toBe(0)
    const { stdout } = await reprise(['find', 'disk', '--json'], { cwd: root })
    expect(JSON.parse(stdout)).toMatchObject([
      { file: 'disk.md', lastPassed: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/) as string },
    ])
  } finally {
    remove()
  }
})
