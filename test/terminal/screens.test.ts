import { describe, expect, test } from 'vitest'
import type { Question, State } from '../../engine/model/fact.ts'
import { offersOf } from '../../engine/terminal/offers.ts'
import { keyLine } from '../../engine/terminal/key-line.ts'
import { questionScreen } from '../../engine/terminal/question-screen.ts'
import { overviewScreen } from '../../engine/terminal/overview-screen.ts'
import { returningScreen } from '../../engine/terminal/returning-screen.ts'
import { endScreen, endSentence } from '../../engine/terminal/end-screen.ts'
import type { AskContext } from '../../engine/terminal/ask-context.ts'
import { blank, context, failover, known, look, question } from './sample.ts'

const changed: Partial<State> = {
  entries: {
    fence: known({ status: 'by-hand' }),
    'stop-mm2': known(),
    dns: known({
      status: 'open',
      attempts: { run: 1 },
      startedMs: 100_000,
      endedMs: 112_000,
      cause: { type: 'exit', text: 'exit 254' },
    }),
  },
  effects: [
    { key: 'fence', undo: 'due' },
    { key: 'stop-mm2', undo: 'due' },
    { key: 'dns', undo: 'due' },
  ],
  failure: { key: 'dns', why: 'exit 254' },
}

function screen(asked: Question, given: Partial<AskContext> = {}, lang: 'en' | 'fr' = 'en', width = 80): string {
  const asking = context(asked, given)
  const drawn = look(lang, width)
  const offers = offersOf({ look: drawn, context: asking, question: asked, keepSecret: (name) => name })
  return [...questionScreen(drawn, asking, asked), keyLine(drawn, offers)].join('\n')
}

const production = failover({ environment: 'production', production: true })
const drill = failover({ drill: 'partial' })

describe('screens at 80 columns', () => {
  test('before a change', () => {
    expect(screen(question('change'), { plan: drill })).toMatchInlineSnapshot(`
      "staging · DRILL (partial)   3/5  Stop MirrorMaker 2              RTO 12m50s left

      Replication must stop first.

      curl --fail-with-body -sS -X PUT "$CONNECT_URL/connectors/pause"

        CONNECT_URL     http://connect.dr.example:8083   inventory/staging.env
        MM2_CONNECTOR   mirrormaker2                     default
        at most 1m · 2 retries · proven by "the connector reports PAUSED", in 1m30s
        undo: curl … -X PUT "$CONNECT_URL/connectors/resume"

      [r] run   [h] by hand   [s] skip   [p] pause   [q] stop   [?]"
    `)
    expect(screen(question('change'), { plan: drill }, 'fr')).toMatchInlineSnapshot(`
      "staging · EXERCICE (partial)   3/5  Stop MirrorMaker 2          RTO reste 12m50s

      Replication must stop first.

      curl --fail-with-body -sS -X PUT "$CONNECT_URL/connectors/pause"

        CONNECT_URL     http://connect.dr.example:8083   inventory/staging.env
        MM2_CONNECTOR   mirrormaker2                     défaut
        au plus 1m · 2 nouveaux essais · prouvé par « the connector reports PAUSED »,
        en 1m30s
        annuler : curl … -X PUT "$CONNECT_URL/connectors/resume"

      [r] exécuter   [h] à la main   [s] passer   [p] pause   [q] arrêter   [?]"
    `)
  })
  test('by hand', () => {
    expect(screen(question('by-hand'), { plan: production })).toMatchInlineSnapshot(`
      "PRODUCTION   2/5  Fence the primary                    by hand · RTO 12m50s left

      ! If the primary comes back during the failover, producers write to both.

      1. In the load balancer console, close the listener kafka-primary-9094.
      Then: the listener shows no active connection.
      Undo: open the listener kafka-primary-9094 again.

      [y] done, and it holds   [x] it does not hold   [s] skip   [q] stop   [?]"
    `)
    expect(screen(question('by-hand'), { plan: production }, 'fr')).toMatchInlineSnapshot(`
      "PRODUCTION   2/5  Fence the primary                 à la main · RTO reste 12m50s

      ! If the primary comes back during the failover, producers write to both.

      1. In the load balancer console, close the listener kafka-primary-9094.
      Puis : the listener shows no active connection.
      Annuler : open the listener kafka-primary-9094 again.

      [y] fait, et vérifié  [x] ce n'est pas vérifié  [s] passer  [q] arrêter  [?]"
    `)
  })
  test('the checklist', () => {
    const asked = question('box')
    const second = question('box', { step: 'tools-here', key: 'tools-here', task: 'tools-here/ask/1' })
    expect(screen(asked, { questions: [asked, second], plan: drill })).toMatchInlineSnapshot(`
      "staging · DRILL (partial)   Before you start                     RTO 12m50s left

        1  Incident declared, incident commander named
        2  Kafka CLI, jq, curl on this machine

      [y] all of these hold   [1-2] one does not   [q] leave   [?]"
    `)
    expect(screen(asked, { questions: [asked, second], plan: drill }, 'fr')).toMatchInlineSnapshot(`
      "staging · EXERCICE (partial)   Avant de commencer               RTO reste 12m50s

        1  Incident declared, incident commander named
        2  Kafka CLI, jq, curl on this machine

      [y] tout est vrai   [1-2] l'un est faux   [q] quitter   [?]"
    `)
  })
  test('a decision and an approval', () => {
    const state = blank({ captured: { lag: { type: 'int', text: '48210' } } })
    expect(screen(question('branch'), { state })).toMatchInlineSnapshot(`
      "staging   1/5  How much data would we lose?                      RTO 12m50s left

        lag      48210
        MAX_LAG  10000

          1  lag <= MAX_LAG: go on
        → 2  lag > MAX_LAG: approval of incident-commander

      [y] yes   [x] no   [1-2] another branch   [n] note   [q] stop   [?]"
    `)
    expect(screen(question('approval'), { state, plan: production, requestsOf: () => ['r-261122-7f3k/lag-decision/4e1c'] }))
      .toMatchInlineSnapshot(`
      "PRODUCTION   1/5  How much data would we lose?                   RTO 12m50s left

        lag      48210
        MAX_LAG  10000
        → lag > MAX_LAG: approval of incident-commander

      Waiting for incident-commander. They run, on any machine:
        reprise approve r-261122-7f3k/lag-decision/4e1c

      [v] paste the approval   [n] note   [q] stop   [?]"
    `)
    expect(screen(question('approval'), { state, plan: production }, 'fr')).toMatchInlineSnapshot(`
      "PRODUCTION   1/5  How much data would we lose?                  RTO reste 12m50s

        lag      48210
        MAX_LAG  10000
        → lag > MAX_LAG : approbation de incident-commander

      En attente de incident-commander. À exécuter, sur toute machine :
        reprise approve 4e1c9a000000 lag-decision

      [v] coller l'approbation   [n] note   [q] arrêter   [?]"
    `)
  })
  test('when it fails', () => {
    const given = {
      state: blank(changed),
      plan: production,
      outputOf: () => Array.from({ length: 24 }, (_, i) => `line ${i + 1}`),
    }
    expect(screen(question('failed'), given)).toMatchInlineSnapshot(`
      "PRODUCTION   ✗ 4/5  Point the clients to the DR cluster          RTO 12m50s left

      upsert "$DR_BOOTSTRAP"                           attempt 1 of 3 · 12s · exit 254
        … 4 lines above: [o]
        line 5
        line 6
        line 7
        line 8
        line 9
        line 10
        line 11
        line 12
        line 13
        line 14
        line 15
        line 16
        line 17
        line 18
        line 19
        line 20
        line 21
        line 22
        line 23
        line 24

      Runbook    roll back from step 6.
      Changed    6: effect unknown · 5 Stop MirrorMaker 2 · 4 Fence the primary (by
                 hand)
      [b] would  upsert "$PRIMARY_BOOTSTRAP" · curl … -X PUT
                 "$CONNECT_URL/connectors/resume" · ask you to undo 4

      [r] retry   [b] roll back   [h] done by hand   [m] my command   [q] stop   [?]"
    `)
    expect(screen(question('failed'), given, 'fr')).toMatchInlineSnapshot(`
      "PRODUCTION   ✗ 4/5  Point the clients to the DR cluster         RTO reste 12m50s

      upsert "$DR_BOOTSTRAP"                            essai 1 sur 3 · 12s · code 254
        … 4 lignes au-dessus : [o]
        line 5
        line 6
        line 7
        line 8
        line 9
        line 10
        line 11
        line 12
        line 13
        line 14
        line 15
        line 16
        line 17
        line 18
        line 19
        line 20
        line 21
        line 22
        line 23
        line 24

      Runbook    roll back from step 6.
      Changé     6 : effet inconnu · 5 Stop MirrorMaker 2 · 4 Fence the primary (à la
                 main)
      [b] ferait upsert "$PRIMARY_BOOTSTRAP" · curl … -X PUT
                 "$CONNECT_URL/connectors/resume" · vous demander d'annuler 4

      [r] réessayer  [b] annuler  [h] fait à la main  [q] arrêter  [?]"
    `)
  })
  test('unknown, edited, undo, undo failed', () => {
    expect(screen(question('unknown-effect'), { state: blank(changed) })).toMatchInlineSnapshot(`
      "staging   ? 4/5  Point the clients to the DR cluster             RTO 12m50s left

      upsert "$DR_BOOTSTRAP"

      ? 6 Point the clients to the DR cluster: was running when the engine died.
      Unknown: it may have taken effect.

      Changed    6: effect unknown · 5 Stop MirrorMaker 2 · 4 Fence the primary (by
                 hand)
      [b] would  upsert "$PRIMARY_BOOTSTRAP" · curl … -X PUT
                 "$CONNECT_URL/connectors/resume" · ask you to undo 4

      [r] run again  [y] it took effect  [h] by hand  [b] roll back  [q] stop  [?]"
    `)
    expect(screen(question('edited-step'))).toMatchInlineSnapshot(`
      "staging   3/5  Stop MirrorMaker 2                                RTO 12m50s left

      ! This step was done, and its text has changed since.

      curl --fail-with-body -sS -X PUT "$CONNECT_URL/connectors/pause"

        CONNECT_URL     http://connect.dr.example:8083   inventory/staging.env
        MM2_CONNECTOR   mirrormaker2                     default

      [r] run again   [y] keep it as done   [q] stop   [?]"
    `)
    expect(
      screen(question('undo'), {
        state: blank({
          ...changed,
          effects: [
            { key: 'fence', undo: 'due' },
            { key: 'stop-mm2', undo: 'due' },
            { key: 'dns', undo: 'undone' },
          ],
        }),
      }),
    ).toMatchInlineSnapshot(`
      "staging   Undo of 5 Stop MirrorMaker 2                           RTO 12m50s left

      curl … -X PUT "$CONNECT_URL/connectors/resume"

      Undone     6 Point the clients to the DR cluster

      [r] run   [h] undone by hand   [s] not undone   [q] stop   [?]"
    `)
    expect(screen(question('undo-failed'), { state: blank(changed) }, 'fr')).toMatchInlineSnapshot(`
      "staging   ✗ Annulation de 5 Stop MirrorMaker 2                  RTO reste 12m50s

      L'annulation de 5 Stop MirrorMaker 2 a échoué.

      curl … -X PUT "$CONNECT_URL/connectors/resume"

      [r] réessayer   [h] annulé à la main   [s] non annulé   [q] arrêter   [?]"
    `)
  })
  test('the undo of a step that undoes itself says that what it did is taken back', () => {
    const given = failover()
    const steps = given.steps.map((one) => (one.id === 'dns' ? { ...one, undo: [], undoSelf: true } : one))
    const asked = question('undo', { step: 'dns', key: 'dns' })
    const shown = screen(asked, { plan: { ...given, steps } })
    expect(shown).toMatch(/Takes back what this step has done:\s+upsert "\$DR_BOOTSTRAP"/)
    expect(screen(asked, { plan: { ...given, steps } }, 'fr')).toContain('Reprend ce que cette étape a fait :')
  })

  test('two blocks of one step are told apart', () => {
    const given = failover()
    const steps = given.steps.flatMap((one) => (one.id === 'stop-mm2' ? [one, { ...one, id: 'stop-more' }] : [one]))
    const state = blank({
      ...changed,
      entries: { ...changed.entries, 'stop-more': known() },
      effects: [
        { key: 'stop-mm2', undo: 'due' },
        { key: 'stop-more', undo: 'due' },
      ],
    })
    const shown = screen(question('interrupted'), { plan: { ...given, steps }, state }).replace(/\s+/g, ' ')
    expect(shown).toContain('5 Stop MirrorMaker 2 [stop-more] · 5 Stop MirrorMaker 2 [stop-mm2]')
  })

  test('what a step measured is for the records, not for the screen of its failure', () => {
    const outputOf = () => ['3 brokers of 4 are there', 'evidence: {"brokers":[1,2,3]}']
    const shown = screen(question('failed'), { state: blank(changed), outputOf })
    expect(shown).toContain('3 brokers of 4 are there')
    expect(shown).not.toContain('evidence')
  })

  test('interrupted, paused, roll-back', () => {
    expect(screen(question('interrupted'), { state: blank(changed) })).toMatchInlineSnapshot(`
      "staging   Kafka failover to the DR cluster                       RTO 12m50s left

      ! Interrupted.

      Changed    6: effect unknown · 5 Stop MirrorMaker 2 · 4 Fence the primary (by
                 hand)
      [b] would  upsert "$PRIMARY_BOOTSTRAP" · curl … -X PUT
                 "$CONNECT_URL/connectors/resume" · ask you to undo 4

      [r] go on   [b] roll back   [q] stop   [?]"
    `)
    const cut = { ...changed, entries: { dns: known({ status: 'open', cause: { type: 'cancelled', text: '' } }) } }
    expect(screen(question('interrupted'), { state: blank(cut) })).toContain('! Interrupted. What was running has been ended.')
    expect(screen(question('paused'), { state: blank() }, 'fr')).toMatchInlineSnapshot(`
      "staging   Kafka failover to the DR cluster                      RTO reste 12m50s

      En pause. Rien ne tourne ; l'horloge du RTO, si.

      Changé     rien jusqu'ici

      [r] continuer   [b] annuler   [n] note   [q] arrêter   [?]"
    `)
    expect(screen(question('roll-back'), { state: blank(changed) })).toMatchInlineSnapshot(`
      "staging   Rollback                                               RTO 12m50s left

      What is undone, last first:
        upsert "$PRIMARY_BOOTSTRAP"
        curl … -X PUT "$CONNECT_URL/connectors/resume"
        ask you to undo 4

      Changed    6: effect unknown · 5 Stop MirrorMaker 2 · 4 Fence the primary (by
                 hand)

      [b] undo everything  [B] roll back to a step  [q] stop  [?]"
    `)
  })
})

test('the overview says what it is for, whether it can be trusted, and what it will do', () => {
  const extra = {
    lastGreen: '2026-11-02 staging, a.martin',
    measured: { ms: 702_000, runs: 3 },
    changed: null,
    wayBack: 'kafka-failback.md',
    missing: ['aws, not on PATH (step 6)'],
    notes: [],
  }
  const simulated = failover({
    drill: 'partial',
    steps: failover().steps.map((one) => (one.part === 'point' ? { ...one, treatment: 'simulate' } : one)),
  })
  expect(overviewScreen(look(), simulated, extra).join('\n')).toMatchInlineSnapshot(`
    "staging · DRILL (partial)   Kafka failover to the DR cluster

    When       The primary cluster is unreachable, or the commander orders it
    Owner      Kafka platform team · RTO target 15m · RPO target 60s
    Takes      15 minutes estimated, 11m42s measured (3 runs)
    Last green 2026-11-02 staging, a.martin
    Way back   kafka-failback.md

      3  How much data would we lose?            check → decision
      4  Fence the primary                       by hand · undo by hand
      5  Stop MirrorMaker 2                      change · undo
      6  Point the clients to the DR cluster     SIMULATED here
      7  Prove that clients can write and read   proof · stops the RTO clock

    ! 1 of 3 changes is simulated

    Missing    aws, not on PATH (step 6)
    Call       after 3 attempts or after 30m: Kafka platform team, #kafka-incidents
    "
  `)
  expect(overviewScreen(look('fr'), simulated, { ...extra, lastGreen: null, measured: null }).join('\n')).toMatchInlineSnapshot(`
    "staging · EXERCICE (partial)   Kafka failover to the DR cluster

    Quand      The primary cluster is unreachable, or the commander orders it
    Équipe     Kafka platform team · RTO cible 15m · RPO cible 60s
    Durée      15 minutes estimées, jamais mesurée
    Dernier OK jamais
    Retour     kafka-failback.md

      3  How much data would we lose?            contrôle → décision
      4  Fence the primary                       à la main · annulation à la main
      5  Stop MirrorMaker 2                      changement · annulable
      6  Point the clients to the DR cluster     SIMULÉE ici
      7  Prove that clients can write and read   preuve · arrête l'horloge du RTO

    ! 1 changement sur 3 simulé

    Manque     aws, not on PATH (step 6)
    Appeler    après 3 tentatives ou après 30m : Kafka platform team,
               #kafka-incidents
    "
  `)
})

test('after a crash the screen says what is done, unknown, next, and which checks are old', () => {
  const state = blank({
    ...changed,
    entries: { ...changed.entries, lag: known({ endedMs: 1000 }), 'lag-decision': known(), dns: known({ status: 'unknown' }) },
    failure: null,
  })
  const extra = { runId: 'r-261122-7f3k', agoMs: 240_000, killed: true, nowMs: 800_000 }
  expect(returningScreen(look(), { plan: failover(), state, extra }).join('\n')).toMatchInlineSnapshot(`
    "staging   r-261122-7f3k  Kafka failover to the DR cluster       killed 4m00s ago

      ✓ 3
      ? 6  Point the clients to the DR cluster: was running when the engine died.
      Unknown: it may have taken effect.
        4  Fence the primary: next
    ! lag: older than 10m, run again before the next change.

    Changed    6: effect unknown · 5 Stop MirrorMaker 2 · 4 Fence the primary (by
               hand)
    "
  `)
})

test('a step that failed is the next one, not the step after it', () => {
  const state = blank({
    ...changed,
    entries: { ...changed.entries, dns: known({ status: 'open', cause: { type: 'exit', text: '1' } }) },
  })
  const extra = { runId: 'r-261122-7f3k', agoMs: 240_000, killed: false, nowMs: 800_000 }
  const plan = { ...failover(), parts: failover().parts.filter(({ number }) => Number(number) >= 6) }
  const lines = returningScreen(look(), { plan, state, extra })
  expect(lines).toContainEqual(expect.stringContaining('✗ 6  Point the clients to the DR cluster: next'))
  expect(lines.filter((line) => line.endsWith(': next'))).toHaveLength(1)
})

describe('the end', () => {
  const extra = {
    runId: 'r-261122-7f3k',
    durationMs: 842_000,
    rto: { status: 'not-measured', text: 'not measured', targetMs: 900_000 },
    rpo: { status: 'not-measured', text: '', targetMs: 60_000 },
    waitedMs: 370_000,
    requests: {},
    row: { where: 'file', file: 'runbooks/failover-dr.md' },
    note: null,
  } as const
  test('says what was undone and what was not', () => {
    const effects: State['effects'] = [
      { key: 'fence', undo: 'refused' },
      { key: 'stop-mm2', undo: 'undone' },
    ]
    const state = blank({ ...changed, effects, ended: { result: 'rolled-back-in-part', exitCode: 5 } })
    expect(endScreen(look(), { plan: failover(), state, extra }).join('\n')).toMatchInlineSnapshot(`
      "✗ Rolled back in part                                     r-261122-7f3k · 14m02s
        Failed at 6 (Point the clients to the DR cluster). Undone: 5. Not undone: 4,
        by hand: open the listener kafka-primary-9094 again.
        RTO not reached (target 15m) · RPO not measured · waiting for people 6m10s
        Row added to runbooks/failover-dr.md · all of it: reprise show r-261122-7f3k"
    `)
    expect(endScreen(look('fr'), { plan: failover(), state, extra }).join('\n')).toMatchInlineSnapshot(`
      "✗ Annulé en partie                                        r-261122-7f3k · 14m02s
        Échec à 6 (Point the clients to the DR cluster). Annulé : 5. Non annulé : 4, à
        la main : open the listener kafka-primary-9094 again.
        RTO non atteint (cible 15m) · RPO non mesuré · attente de personnes 6m10s
        Ligne ajoutée à runbooks/failover-dr.md · le détail : reprise show
        r-261122-7f3k"
    `)
  })
  test('of a run that passed says its skips', () => {
    const state = blank({
      entries: { 'stop-mm2': known(), lag: known({ status: 'skipped' }) },
      effects: [{ key: 'stop-mm2', undo: 'due' }],
      ended: { result: 'passed', exitCode: 0 },
    })
    const met = { ...extra, rto: { status: 'met', text: '9m05s', targetMs: 900_000 }, waitedMs: 0 } as const
    expect(endScreen(look(), { plan: failover(), state, extra: met }).join('\n')).toMatchInlineSnapshot(`
      "✓ Passed with 1 skip                                      r-261122-7f3k · 14m02s
        Done: 5. 1 skip: 3.
        RTO 9m05s (target 15m: met) · RPO not measured
        Row added to runbooks/failover-dr.md · all of it: reprise show r-261122-7f3k"
    `)
  })
  test('of a run that passed does not call a change done that failed and was skipped', () => {
    const state = blank({
      entries: { 'stop-mm2': known({ status: 'skipped' }) },
      effects: [{ key: 'stop-mm2', undo: 'due' }],
      ended: { result: 'passed', exitCode: 0 },
    })
    expect(endSentence(look().words, failover(), state)).toBe('Effect unknown: 5. 1 skip: 5.')
  })
  test('of a run in which nothing changed says so', () => {
    const state = blank({ failure: { key: 'lag', why: 'x' }, ended: { result: 'failed', exitCode: 4 } })
    expect(endScreen(look(), { plan: failover(), state, extra }).join('\n')).toContain(
      'Failed at 3 (How much data would we lose?). Nothing was changed.',
    )
  })
})
