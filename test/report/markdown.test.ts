import { describe, expect, test } from 'vitest'
import type { Fact } from '../../engine/model/fact.ts'
import { timelineMarkdown } from '../../engine/report/markdown.ts'
import { entry, plan, runEnded, runStarted, stamp, stepEnded, stepStarted } from './sample.ts'

const by = { name: 'a.martin', how: 'terminal' } as const
const story: readonly (readonly [number, Fact])[] = [
  [0, runStarted()],
  [1, stepStarted('lag')],
  [2, stepEnded('lag', { tail: '48210\n' })],
  [3, { type: 'branch-taken', step: 'lag-decision', key: 'lag-decision', row: 1, to: null, by: null }],
  [4, { type: 'heard', message: { say: 'note', text: 'CEO | called\n# not a heading', step: null }, by }],
  [5, stepStarted('dns')],
  [
    6,
    stepEnded('dns', { status: 'failed', cause: { type: 'exit', text: 'exit 254' }, tail: 'AccessDenied\n```\n\u001b[31mred' }),
  ],
  [7, { type: 'course-set', course: 'rolling', why: 'asked', to: null, item: null }],
  [
    8,
    {
      type: 'step-ended',
      task: 'back/undo/1',
      step: 'back',
      key: 'back',
      purpose: 'undo',
      attempt: 1,
      outcome: { status: 'done', tail: '', tookMs: 400 },
    },
  ],
  [9, runEnded('rolled-back', 3, 'dns')],
]
const failover = plan({
  steps: [
    entry({ id: 'lag', title: 'lag' }),
    entry({
      id: 'lag-decision',
      type: 'decision',
      rows: [
        { when: 'lag <= MAX_LAG', target: { type: 'continue' } },
        { when: 'lag > MAX_LAG', target: { type: 'approve', roles: [{ role: 'incident-commander', count: 1 }] } },
      ],
    }),
    entry({ id: 'dns', title: 'upsert' }),
    entry({ id: 'back', type: 'rollback' }),
  ],
})
const timeline = (lang: 'en' | 'fr') =>
  timelineMarkdown({
    plan: failover,
    facts: stamp(...story),
    runId: 'r-261122-7f3k',
    lang,
    zone: 'Europe/Paris',
    outputOf: () => null,
  })

describe('a timeline', () => {
  test('tells the run in UTC and local time', () => {
    expect(timeline('en')).toMatchInlineSnapshot(`
      "# Run r-261122-7f3k: Kafka failover to the DR cluster

      - **Run**: \`r-261122-7f3k\`
      - **Runbook**: runbooks/failover-dr.md (\`abababababab\`)
      - **Environment**: staging
      - **Mode**: attended
      - **Operators**: a.martin
      - **Plan**: \`4e1c9a000000\`
      - **Started**: 2026-11-22T10:02:11.000Z
      - **Ended**: 2026-11-22T10:02:20.000Z
      - **Result**: rolled-back, failed at dns (9s)
      - **Waiting for people**: 0s
      - **Machine time**: 9s

      ## Timeline

      | UTC | Local (Europe/Paris) | Who | What |
      | --- | --- | --- | --- |
      | 2026-11-22 10:02:11 | 11:02:11 CET | a.martin | start Kafka failover to the DR cluster (staging) |
      | 2026-11-22 10:02:12 | 11:02:12 CET | the engine | run lag  |
      | 2026-11-22 10:02:13 | 11:02:13 CET | the engine | done lag, 0.3s |
      | 2026-11-22 10:02:14 | 11:02:14 CET | the engine | lag-decision: lag \\> MAX\\_LAG → approval of incident-commander |
      | 2026-11-22 10:02:15 | 11:02:15 CET | a.martin | note: CEO \\| called \\# not a heading |
      | 2026-11-22 10:02:16 | 11:02:16 CET | the engine | run dns (upsert) |
      | 2026-11-22 10:02:17 | 11:02:17 CET | the engine | FAILED dns: exit 254, 0.3s |
      | 2026-11-22 10:02:18 | 11:02:18 CET | the engine | rolling back: asked |
      | 2026-11-22 10:02:19 | 11:02:19 CET | the engine | undone back, 0.4s |
      | 2026-11-22 10:02:20 | 11:02:20 CET | the engine | end: rolled-back, failed at dns |

      ## Steps

      | Step | Result | Took | Attempts | Why |
      | --- | --- | --- | --- | --- |
      | \`lag\` lag | done | 1s | 1 |  |
      | \`lag-decision\` lag-decision | done | 0s | — |  |
      | \`dns\` upsert | FAILED | 1s | 1 | exit 254 |
      | \`back\` back | done | 0s | — |  |

      ## Decisions

      - 10:02:14 the engine: lag-decision: lag \\> MAX\\_LAG → approval of incident-commander

      ## Rollback

      - 10:02:18 rolling back: asked
      - 10:02:19 undone back, 0.4s

      ## Notes

      - 10:02:15 a.martin: CEO \\| called \\# not a heading

      ## Output

      **lag**, 10:02:13, 0.3s

      \`\`\`text
      48210
      \`\`\`

      **dns**, 10:02:17, 0.3s

      \`\`\`\`text
      AccessDenied
      \`\`\`
      ^[[31mred
      \`\`\`\`
      "
    `)
  })

  test('is French where the runbook is', () => {
    const text = timeline('fr')
    expect(text).toContain('# Exécution r-261122-7f3k : Kafka failover to the DR cluster')
    expect(text).toContain('- **Résultat** : annulé, échoué à dns (9s)')
    expect(text).toContain('## Chronologie')
  })

  test('never lets what is printed out of its fence', () => {
    const text = timeline('en')
    expect(text).toContain('````text\nAccessDenied\n```\n^[[31mred\n````')
    expect(text).not.toContain('\u001b')
    expect(text).not.toMatch(/^# not a heading/m)
  })

  test('keeps the beginning and the end of a long output', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`)
    const text = timelineMarkdown({
      plan: failover,
      facts: stamp([0, stepStarted('dns')], [1, stepEnded('dns')]),
      runId: 'r',
      lang: 'en',
      zone: 'UTC',
      outputOf: () => lines,
    })
    expect(text).toContain('line 10\n… 80 lines left out …\nline 91')
  })
})
