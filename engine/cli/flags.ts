import type { Lang } from '../model/runbook.ts'

/** A flag of the command line. `value` names what follows it; without one it is a switch. */
export interface Flag {
  readonly long: string
  readonly short?: string
  readonly value?: string
  /** `--drill` and `--drill=full`: the value may be missing. */
  readonly optional?: true
  readonly repeat?: true
  readonly says: Readonly<Record<Lang, string>>
}

/** Every flag there is, under the name that its value has after parsing. */
export const FLAGS = {
  environment: {
    long: 'environment',
    short: 'e',
    value: 'NAME',
    says: { en: 'use inventory/NAME.env', fr: 'utiliser inventory/NAME.env' },
  },
  param: {
    long: 'param',
    short: 'p',
    value: 'NAME=VALUE',
    repeat: true,
    says: { en: 'give a parameter (not a secret)', fr: 'donner un paramètre (pas un secret)' },
  },
  answers: {
    long: 'answers',
    value: 'FILE',
    says: { en: 'answers to what a person would be asked', fr: 'réponses à ce qui serait demandé à une personne' },
  },
  unattended: {
    long: 'unattended',
    says: {
      en: 'nobody is there: all is known before step one',
      fr: "personne n'est là : tout est connu avant la première étape",
    },
  },
  plan: {
    long: 'plan',
    value: 'HASH',
    says: { en: 'refuse unless the plan has this hash', fr: "refuser si le plan n'a pas cette empreinte" },
  },
  from: { long: 'from', value: 'STEP', says: { en: 'start there (with --reason)', fr: 'commencer là (avec --reason)' } },
  reason: {
    long: 'reason',
    value: 'TEXT',
    says: { en: 'why, for --from, --take-over and --override', fr: 'pourquoi, pour --from, --take-over et --override' },
  },
  drill: {
    long: 'drill',
    value: 'LEVEL',
    optional: true,
    says: { en: 'a drill: full, partial, manual_validation, none', fr: 'un exercice : full, partial, manual_validation, none' },
  },
  rollback: {
    long: 'rollback',
    value: 'WHEN',
    says: { en: 'ask, always, never or on-failure', fr: 'ask, always, never ou on-failure' },
  },
  allow: {
    long: 'allow',
    value: 'irreversible:STEP',
    repeat: true,
    says: { en: 'what unattended never assumes', fr: "ce que l'automatique ne suppose jamais" },
  },
  iMean: {
    long: 'i-mean',
    value: 'ENVIRONMENT',
    says: { en: 'yes, this production environment', fr: 'oui, cet environnement de production' },
  },
  as: { long: 'as', value: 'NAME', says: { en: 'the operator', fr: "l'opérateur" } },
  incidentStart: {
    long: 'incident-start',
    value: 'TIME',
    says: { en: 'where the RTO clock starts', fr: "où démarre l'horloge du RTO" },
  },
  runs: { long: 'runs', value: 'DIR', says: { en: 'where the records live', fr: 'où sont les enregistrements' } },
  steps: { long: 'steps', value: 'DIR', repeat: true, says: { en: 'more step types', fr: "d'autres types d'étape" } },
  approval: {
    long: 'approval',
    value: 'FILE',
    says: { en: 'an approval given elsewhere', fr: 'une approbation donnée ailleurs' },
  },
  takeOver: { long: 'take-over', says: { en: 'take a lock over (with --reason)', fr: 'reprendre un verrou (avec --reason)' } },
  trust: {
    long: 'trust',
    says: { en: "trust this checkout's own step types", fr: "faire confiance aux types d'étape de ce dépôt" },
  },
  noHistory: {
    long: 'no-history',
    says: {
      en: 'leave the file alone; the row becomes a patch',
      fr: 'ne pas toucher au fichier ; la ligne devient un correctif',
    },
  },
  override: {
    long: 'override',
    value: 'WHAT',
    repeat: true,
    says: {
      en: 'start a drill in spite of leftovers, approvals, blackout, window, participants or abort_if (with --reason)',
      fr: 'commencer un exercice malgré leftovers, approvals, blackout, window, participants ou abort_if (avec --reason)',
    },
  },
  schedule: {
    long: 'schedule',
    value: 'FILE',
    says: { en: 'the programme of DR tests (dr-test-schedule.yaml)', fr: 'le programme de tests DR (dr-test-schedule.yaml)' },
  },
  record: { long: 'record', says: { en: 'write a row for this check too', fr: 'écrire une ligne pour ce contrôle aussi' } },
  outline: {
    long: 'outline',
    says: { en: 'how each heading and block was understood', fr: 'comment chaque titre et bloc a été compris' },
  },
  template: { long: 'template', value: 'NAME', says: { en: 'the template to start from', fr: 'le modèle de départ' } },
  out: { long: 'out', value: 'FILE', says: { en: 'where to write it', fr: "où l'écrire" } },
  format: {
    long: 'format',
    value: 'bash|md',
    says: { en: 'bash, one script; md, a resolved page', fr: 'bash, un script ; md, une page résolue' },
  },
  timeline: { long: 'timeline', says: { en: 'as Markdown for a post-mortem', fr: 'en Markdown pour un post-mortem' } },
  step: {
    long: 'step',
    value: 'ID',
    says: { en: 'of one step: its output, or what the note is about', fr: "d'une étape : sa sortie, ou le sujet de la note" },
  },
  to: {
    long: 'to',
    value: 'STEP|NAME',
    says: {
      en: 'of rollback: undo back to this step; of handover: who takes over',
      fr: "de rollback : défaire jusqu'à cette étape ; de handover : qui prend la suite",
    },
  },
  role: { long: 'role', value: 'ROLE', says: { en: 'the role you sign as', fr: 'le rôle que vous signez' } },
  key: {
    long: 'key',
    value: 'FILE',
    says: {
      en: 'the SSH key to sign with (private, or public in the agent)',
      fr: "la clé SSH pour signer (privée, ou publique dans l'agent)",
    },
  },
  keep: { long: 'keep', value: 'N', says: { en: 'rows to keep in the table (50)', fr: 'lignes à garder dans le tableau (50)' } },
  lang: { long: 'lang', value: 'en|fr', says: { en: 'language of the screens', fr: 'langue des écrans' } },
  json: { long: 'json', says: { en: 'machine output only, on stdout', fr: 'sortie machine seule, sur stdout' } },
  quiet: { long: 'quiet', says: { en: 'say only what matters', fr: "ne dire que l'important" } },
  noColor: { long: 'no-color', says: { en: 'no colour', fr: 'sans couleur' } },
} as const satisfies Record<string, Flag>

export type FlagName = keyof typeof FLAGS

/** The flags of one call, after parsing. */
export type Given = {
  readonly [K in FlagName]?: (typeof FLAGS)[K] extends { repeat: true }
    ? readonly string[]
    : (typeof FLAGS)[K] extends { optional: true }
      ? string | true
      : (typeof FLAGS)[K] extends { value: string }
        ? string
        : true
}
