import type { HistoryRow } from '../../engine/model/history.ts'

/** A run's row as the engine makes it, with some of its values changed. */
export function rowOf(run: string, cells: Partial<HistoryRow['cells']> = {}, link: string | null = null): HistoryRow {
  return {
    run,
    cells: {
      run,
      date: '2026-11-22 03:10',
      operator: 'a.martin',
      mode: 'unattended',
      environment: 'staging',
      result: 'passed',
      duration: '2m10s',
      measures: '—',
      failedStep: '—',
      log: '9c1f2ab04d11',
      chain: '9c1f2ab04d11',
      ...cells,
    },
    link,
    change: { date: '2026-11-22', author: 'a.martin', change: `Run \`${run}\` (staging, unattended): passed in 2m10s` },
  }
}
