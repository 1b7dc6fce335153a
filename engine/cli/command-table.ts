import type { Lang } from '../model/runbook.ts'
import type { FlagName, Given } from './flags.ts'

/** What a command gets: its words, its flags, and the process around it. */
export interface Call {
  readonly args: readonly string[]
  readonly given: Given
}

export interface Command {
  readonly name: string
  /** `FILE`, `[RUN]`, `[FILE...]`. */
  readonly args: readonly string[]
  readonly flags: readonly FlagName[]
  readonly says: Readonly<Record<Lang, string>>
  /** Loaded only when it is called. */
  load(): Promise<{ readonly command: (call: Call) => Promise<number> }>
}

const OUTPUT = ['lang', 'json', 'quiet', 'noColor'] as const satisfies readonly FlagName[]
const INPUT = [
  'environment',
  'param',
  'answers',
  'drill',
  'from',
  'reason',
  'steps',
  'trust',
] as const satisfies readonly FlagName[]
const RUN = [
  ...INPUT,
  'unattended',
  'plan',
  'rollback',
  'allow',
  'iMean',
  'as',
  'incidentStart',
  'runs',
  'approval',
  'takeOver',
  'noHistory',
  'override',
] as const satisfies readonly FlagName[]

/** Every command, in the order of the help. One file a command under `commands/`. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    args: ['FILE'],
    flags: [...RUN, ...OUTPUT],
    says: {
      en: 'run it, attended on a terminal, unattended with --unattended',
      fr: "l'exécuter, assisté sur un terminal, automatique avec --unattended",
    },
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'plan',
    args: ['FILE'],
    flags: [...INPUT, 'unattended', 'allow', 'iMean', 'rollback', ...OUTPUT],
    says: { en: 'what would run, resolved; runs nothing', fr: "ce qui serait exécuté, résolu ; n'exécute rien" },
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'check',
    args: ['FILE'],
    flags: [...INPUT, 'record', 'as', 'runs', 'noHistory', ...OUTPUT],
    says: { en: 'run only what reads; changes nothing', fr: "n'exécuter que ce qui lit ; ne change rien" },
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'resume',
    args: ['[RUN]'],
    flags: [
      'unattended',
      'answers',
      'param',
      'reason',
      'rollback',
      'allow',
      'iMean',
      'as',
      'runs',
      'steps',
      'trust',
      'approval',
      'takeOver',
      'noHistory',
      ...OUTPUT,
    ],
    says: {
      en: 'go on with an interrupted, paused or waiting run',
      fr: 'continuer une exécution interrompue, en pause ou en attente',
    },
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'lint',
    args: ['[FILE...]'],
    flags: ['outline', 'steps', 'trust', 'environment', 'drill', ...OUTPUT],
    says: {
      en: 'problems, without running anything; of all files, or those of a folder',
      fr: "les problèmes, sans rien exécuter ; de tous les fichiers, ou de ceux d'un dossier",
    },
    load: () => import('./commands/lint.ts'),
  },
  {
    name: 'new',
    args: ['TITLE'],
    flags: ['template', 'out', ...OUTPUT],
    says: { en: 'a runbook from a template', fr: "un runbook à partir d'un modèle" },
    load: () => import('./commands/new.ts'),
  },
  {
    name: 'find',
    args: ['TEXT...'],
    flags: ['runs', ...OUTPUT],
    says: {
      en: 'runbooks by title, section, alert name, step; exit code 1 when none is found',
      fr: "les runbooks par titre, section, alerte, étape ; code de sortie 1 quand aucun n'est trouvé",
    },
    load: () => import('./commands/find.ts'),
  },
  {
    name: 'runs',
    args: [],
    flags: ['runs', ...OUTPUT],
    says: { en: 'the runs, newest first', fr: 'les exécutions, la plus récente en tête' },
    load: () => import('./commands/runs.ts'),
  },
  {
    name: 'show',
    args: ['[RUN]'],
    flags: ['timeline', 'step', 'runs', ...OUTPUT],
    says: { en: 'one run', fr: 'une exécution' },
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'follow',
    args: ['RUN'],
    flags: ['runs', ...OUTPUT],
    says: { en: 'watch a live run, read-only', fr: 'suivre une exécution en cours, en lecture seule' },
    load: () => import('./commands/follow.ts'),
  },
  {
    name: 'note',
    args: ['RUN', 'TEXT'],
    flags: ['step', 'as', 'runs', ...OUTPUT],
    says: { en: 'put a note into a run', fr: 'ajouter une note à une exécution' },
    load: () => import('./commands/note.ts'),
  },
  {
    name: 'approve',
    args: ['REQUEST', '[STEP]'],
    flags: ['role', 'key', 'as', 'runs', ...INPUT, ...OUTPUT],
    says: { en: 'approve a step of a run, as somebody else', fr: "approuver une étape d'une exécution, en tant que tiers" },
    load: () => import('./commands/approve.ts'),
  },
  {
    name: 'stop',
    args: ['RUN'],
    flags: ['reason', 'as', 'runs', ...OUTPUT],
    says: { en: 'ask a run to end, as Ctrl-C does', fr: "demander l'arrêt d'une exécution, comme Ctrl-C" },
    load: () => import('./commands/stop.ts'),
  },
  {
    name: 'handover',
    args: ['RUN'],
    flags: ['to', 'as', 'runs', ...OUTPUT],
    says: { en: 'where a run is, for who takes over', fr: 'où en est une exécution, pour qui prend la suite' },
    load: () => import('./commands/handover.ts'),
  },
  {
    name: 'rollback',
    args: ['RUN'],
    flags: [
      'to',
      'unattended',
      'answers',
      'allow',
      'iMean',
      'as',
      'runs',
      'steps',
      'trust',
      'takeOver',
      'reason',
      'noHistory',
      ...OUTPUT,
    ],
    says: { en: 'undo what a stopped or failed run really did', fr: "défaire ce qu'une exécution a réellement fait" },
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'history',
    args: ['[sync]', '[FILE]'],
    flags: ['keep', 'runs', ...OUTPUT],
    says: { en: "the runbook's table as data; sync completes it", fr: 'le tableau du runbook ; sync le complète' },
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'journal',
    args: ['verify', 'RUN'],
    flags: ['runs', ...OUTPUT],
    says: {
      en: 'check the chain; names the first altered record',
      fr: 'vérifier la chaîne ; nomme le premier enregistrement altéré',
    },
    load: () => import('./commands/journal.ts'),
  },
  {
    name: 'export',
    args: ['FILE'],
    flags: [...INPUT, 'format', 'out', ...OUTPUT],
    says: { en: 'the same procedure without the tool', fr: "la même procédure sans l'outil" },
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'steps',
    args: ['[NAME]'],
    flags: ['steps', 'trust', ...OUTPUT],
    says: { en: 'the step types', fr: "les types d'étape" },
    load: () => import('./commands/steps.ts'),
  },
  {
    name: 'doctor',
    args: ['[FILE]'],
    flags: [...INPUT, 'runs', ...OUTPUT],
    says: { en: 'what is missing here', fr: 'ce qui manque ici' },
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'dr',
    args: ['status|run', '[TEST]'],
    flags: ['schedule', ...RUN, ...OUTPUT],
    says: {
      en: 'the programme of DR tests: what is due; run one as a drill',
      fr: 'le programme de tests DR : ce qui est dû ; en exécuter un en exercice',
    },
    load: () => import('./commands/dr.ts'),
  },
  {
    name: 'start',
    args: [],
    flags: [...OUTPUT],
    says: { en: 'a first runbook, on a scratch folder', fr: 'un premier runbook, dans un dossier de brouillon' },
    load: () => import('./commands/start.ts'),
  },
]
