import { frCount as s } from './count.ts'
import type { enTimeline } from './en-timeline.ts'
import type { Widen } from './widen.ts'

/** The timeline of a run, in French. */
export const frTimeline: Widen<typeof enTimeline> = {
  timeline: {
    title: (run, title) => `Exécution ${run} : ${title}`,
    about: {
      runbook: 'Runbook',
      environment: 'Environnement',
      mode: 'Mode',
      operator: 'Opérateurs',
      plan: 'Plan',
      started: 'Début',
      ended: 'Fin',
      result: 'Résultat',
      rto: 'RTO',
      rpo: 'RPO',
      waited: 'Attente de personnes',
      machine: 'Temps machine',
    },
    heading: 'Chronologie',
    columns: { utc: 'UTC', local: (zone) => `Local (${zone})`, who: 'Qui', what: 'Quoi' },
    notes: 'Notes',
    decisions: 'Décisions',
    approvals: 'Approbations',
    rollback: 'Retour arrière',
    output: 'Sortie',
    steps: 'Étapes',
    stepColumns: { step: 'Étape', result: 'Résultat', took: 'Durée', attempts: 'Essais', why: 'Pourquoi' },
    nobody: 'le moteur',
    stillOpen: 'jamais terminée',
    excerpt: (n) => `… ${s(n, 'ligne')} en moins …`,
  },
}
