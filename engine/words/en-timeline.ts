import { enCount as s } from './count.ts'

/** The timeline of a run. */
export const enTimeline = {
  timeline: {
    title: (run: string, title: string) => `Run ${run}: ${title}`,
    about: {
      runbook: 'Runbook',
      environment: 'Environment',
      mode: 'Mode',
      operator: 'Operators',
      plan: 'Plan',
      started: 'Started',
      ended: 'Ended',
      result: 'Result',
      rto: 'RTO',
      rpo: 'RPO',
      waited: 'Waiting for people',
      machine: 'Machine time',
    },
    heading: 'Timeline',
    columns: { utc: 'UTC', local: (zone: string) => `Local (${zone})`, who: 'Who', what: 'What' },
    notes: 'Notes',
    decisions: 'Decisions',
    approvals: 'Approvals',
    rollback: 'Rollback',
    output: 'Output',
    steps: 'Steps',
    stepColumns: { step: 'Step', result: 'Result', took: 'Took', attempts: 'Attempts', why: 'Why' },
    nobody: 'the engine',
    stillOpen: 'never ended',
    excerpt: (n: number) => `… ${s(n, 'line')} left out …`,
  },
} as const
