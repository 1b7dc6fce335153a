import { describe, expect, test } from 'vitest'
import { rowOf, type RowRequest } from '../../engine/report/row.ts'
import type { Fact } from '../../engine/model/fact.ts'
import { entry, part, plan, runEnded, runStarted, stamp, stepEnded, stepStarted } from './sample.ts'

const targets = { rtoMs: 900_000, rtoUntil: 'prove', rpoMs: 60_000, rpoMeasuredBy: 'lag' }
const failover = plan({
  targets,
  parts: [
    part({ id: 'lag', title: 'How much?' }),
    part({ id: 'dns', title: 'Point the clients' }),
    part({ id: 'prove', title: 'Prove it' }),
  ],
  steps: [
    entry({ id: 'lag', part: 'lag', type: 'check', captures: [{ name: 'rpo', type: 'duration' }] }),
    entry({ id: 'dns', part: 'dns' }),
    entry({ id: 'produce', part: 'prove', type: 'command' }),
    entry({ id: 'produce-consume', part: 'prove', type: 'validate' }),
  ],
})
const row = (given: Partial<RowRequest> & Pick<RowRequest, 'facts'>) =>
  rowOf({ plan: failover, runId: 'r-261122-7f3k', nth: 1, log12: '9c1f2ab04d11', link: null, lang: 'en', ...given })

const measured: readonly (readonly [number, Fact])[] = [
  [1, stepStarted('lag')],
  [4, stepEnded('lag', { captured: { rpo: { type: 'duration', text: '4s' } } })],
  [5, { type: 'step-settled', step: 'dns', key: 'dns', how: 'simulated', why: 'drill', by: null }],
  [6, stepStarted('produce-consume')],
  [545, stepEnded('produce-consume')],
]

describe('a row', () => {
  test('says a drill, its measures and the simulated step', () => {
    const facts = stamp([0, runStarted({ drill: 'partial' })], ...measured, [702, runEnded('passed')])
    expect(row({ facts }).cells).toEqual({
      run: 'r-261122-7f3k',
      date: '2026-11-22 10:02',
      operator: 'a.martin',
      mode: 'drill (partial)',
      environment: 'staging, drill (partial)',
      result: 'passed',
      duration: '11m42s',
      measures: '9m05s (1 step simulated) / 4s',
      failedStep: '—',
      log: '9c1f2ab04d11',
      chain: '9c1f2ab04d11',
    })
  })

  test('says the same in French', () => {
    const facts = stamp([0, runStarted({ drill: 'partial' })], ...measured, [702, runEnded('failed', 1, 'dns')])
    const { cells, change } = row({ facts, lang: 'fr' })
    expect(cells).toMatchObject({
      mode: 'exercice (partial)',
      environment: 'staging, exercice (partial)',
      result: 'échoué à dns',
      measures: '9m05s (1 étape simulée) / 4s',
      failedStep: 'dns',
    })
    expect(change).toEqual({
      date: '2026-11-22',
      author: 'a.martin',
      change: 'Exécution `r-261122-7f3k` (staging, exercice (partial)) : échoué à dns en 11m42s',
    })
  })

  test('is one row in a table of changes', () => {
    const facts = stamp([0, runStarted()], [372, runEnded('passed')])
    expect(row({ facts, lang: 'fr' }).change.change).toBe('Exécution `r-261122-7f3k` (staging, assisté) : réussi en 6m12s')
    expect(row({ facts }).change.change).toBe('Run `r-261122-7f3k` (staging, attended): passed in 6m12s')
  })

  test.each([
    ['passed', null, 'en', 'passed'],
    ['failed', 'dns', 'en', 'failed at dns'],
    ['failed', null, 'en', 'failed'],
    ['rolled-back', 'dns', 'en', 'rolled-back, failed at dns'],
    ['rolled-back-in-part', 'dns', 'fr', 'annulé en partie, échoué à dns'],
    ['rolled-back', 'dns', 'fr', 'annulé, échoué à dns'],
    ['stopped', null, 'fr', 'arrêté'],
    ['aborted', null, 'fr', 'interrompu'],
    ['passed', null, 'fr', 'réussi'],
  ] as const)('words %s at %s (%s) as %s', (result, failedStep, lang, text) => {
    const facts = stamp([0, runStarted()], [1, runEnded(result, 1, failedStep)])
    expect(row({ facts, lang }).cells.result).toBe(text)
  })

  test('of a run that never ended is aborted, and its duration ends with its last fact', () => {
    expect(row({ facts: stamp([0, runStarted()], [42, stepStarted('dns')]) }).cells).toMatchObject({
      result: 'aborted',
      duration: '42s',
    })
  })

  test('never says a measure that was not taken', () => {
    const facts = stamp([0, runStarted()], [1, runEnded('failed', 1, 'dns')])
    expect(row({ facts }).cells.measures).toBe('not measured / not measured')
    expect(row({ facts, lang: 'fr' }).cells.measures).toBe('non mesuré / non mesuré')
    expect(row({ facts, plan: plan() }).cells.measures).toBe('—')
  })

  test('of a drill without an environment says the drill, of neither a dash', () => {
    const nowhere = plan({ environment: '' })
    expect(
      row({ plan: nowhere, facts: stamp([0, runStarted({ drill: 'full' })], [1, runEnded('passed')]) }).cells.environment,
    ).toBe('drill (full)')
    const plainRun = row({
      plan: nowhere,
      facts: stamp([0, runStarted({ mode: 'unattended' })], [1, runEnded('passed')]),
      lang: 'fr',
    })
    expect(plainRun.cells).toMatchObject({ environment: '—', mode: 'automatique' })
    expect(plainRun.change.change).toBe('Exécution `r-261122-7f3k` (automatique) : réussi en 1s')
  })

  test('after a run went on has the second id, both operators, and the time from the first start', () => {
    const facts = stamp(
      [0, runStarted()],
      [10, runEnded('failed', 1, 'dns')],
      [
        600,
        {
          type: 'run-resumed',
          sitting: 2,
          plan: 'h',
          settings: { ...settingsOf('s.petit') },
          edited: [],
          course: 'forward',
          to: null,
        },
      ],
      [720, runEnded('passed')],
    )
    const second = row({ facts, nth: 2 })
    expect(second.run).toBe('r-261122-7f3k/2')
    expect(second.cells).toMatchObject({ operator: 'a.martin, s.petit', result: 'passed', duration: '12m00s' })
  })
})

function settingsOf(name: string) {
  const [first] = stamp([0, runStarted({ operator: { name, how: 'terminal' } })])
  if (first?.type !== 'run-started') throw new Error('no start')
  return first.settings
}
