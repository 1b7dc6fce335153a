import { frCount as s } from './count.ts'
import type { enDr } from './en-dr.ts'
import { limit } from './took.ts'
import type { Widen } from './widen.ts'

/** The programme of DR tests, in French. */
export const frDr: Widen<typeof enDr> = {
  dr: {
    columns: { test: 'Test', state: 'État', last: 'Dernière' },
    days: (n) => `${n} j`,
    states: {
      overdue: (day, days) => `en retard depuis le ${day} (${days} j)`,
      failed: (day, days) => `échoué, à refaire avant le ${day} (${days} j)`,
      neverRun: (day, days) => `jamais fait, dû le ${day} (${days} j)`,
      due: (day) => `dû, à faire aujourd'hui (le ${day})`,
      soon: (day, days) => `bientôt dû, le ${day} (${days} j)`,
      planned: (day, days) => `planifié, dû le ${day} (${days} j)`,
      waived: (day, by) => `dispensé jusqu'au ${day} par ${by}`,
    },
    counts: {
      overdue: (n) => `${n} en retard`,
      failed: (n) => s(n, 'échoué'),
      'never-run': (n) => `${n} jamais ${n < 2 ? 'fait' : 'faits'}`,
      due: (n) => s(n, 'dû', 'dus'),
      'due-soon': (n) => `${n} bientôt ${n < 2 ? 'dû' : 'dus'}`,
    },
    goesOn: 'en cours',
    notCounted: (run, why) => `${run} ne compte pas : ${why}`,
    why: {
      environment: (is, wanted) => `exécuté dans ${is}, le programme dit ${wanted}`,
      level: (is, wanted) => `son niveau était ${is}, le programme demande ${wanted} ou plus`,
      'from-step': 'il a commencé plus loin',
      edited: 'ce qui a été exécuté a été modifié en route',
      'skipped-proof': 'une validation a été omise',
      'checks-only': "rien de ce qui change n'a été exécuté",
      'no-record': "seule sa ligne est ici, et ce n'était pas un exercice",
      'follow-up': "ce qui doit le suivre n'a pas réussi",
    },
    changed: (run) => `modifié depuis ${run} : il faut un succès du runbook tel qu'il est`,
    rto: (text, target, verdict) => `RTO ${text} (cible ${target}) : ${verdict}`,
    verdicts: {
      met: 'tenu',
      missed: 'dépassé',
      measured: 'sans cible',
      'not-measured': 'non mesuré',
      simulated: "des étapes étaient simulées, il n'est donc pas tenu",
    },
    runBy: (day, due, why) => `dû le ${due}, ${why} : à faire avant le ${day} inclus`,
    noDayLeft: (due, why) => `aucun jour libre jusqu'au ${due} : ${why}`,
    window: 'hors de sa fenêtre',
    leftovers: (run, steps) =>
      `Départ d'exercice inattendu : ${run} n'a pas fini son nettoyage (${steps}) ; le finir par reprise resume ${run}, ou dire pourquoi pas : --override leftovers --reason TEXTE`,
    cleanUp: (run, steps) => `le nettoyage de ${run} reste à faire (${steps}) : reprise resume ${run}`,
    cleanUpLeft: (steps) => `Nettoyage encore à faire : ${steps}.`,
    timeBoxSoon: (ms) => `Quatre cinquièmes du temps alloué (${limit(ms)}) sont passés.`,
    timeBoxOver: (ms) => `Le temps alloué (${limit(ms)}) est passé : continuer, ou arrêter.`,
    noteTest: (test) => `Test DR ${test}`,
    runbookGone: (files) => `Runbook inattendu ${files} : il n'y a rien là, --schedule FICHIER en nomme un autre`,
    inBlackout: (why, free) =>
      `Départ inattendu pendant un gel (${why}) ; le prochain jour libre est le ${free}, ou dire pourquoi pas : --override blackout --reason TEXTE`,
    outsideWindow: (zone, free) =>
      `Départ inattendu hors de la fenêtre du test (${zone}) ; son prochain jour est le ${free}, ou dire pourquoi pas : --override window --reason TEXTE`,
    isAuthor: (name) =>
      `Opérateur inattendu ${name}, dernier auteur du runbook : attendu quelqu'un d'autre, ou --override participants --reason TEXTE`,
    isLastOperator: (name) =>
      `Opérateur inattendu ${name}, qui l'a exécuté la dernière fois : attendu quelqu'un d'autre, ou --override participants --reason TEXTE`,
    notAsked: (roles) =>
      `Départ inattendu : le programme veut des approbations (${roles}) que le runbook ne demande pas avant son premier changement : y écrire **Approbation**, ou dire pourquoi pas : --override approvals --reason TEXTE`,
    abortHolds: (text, values) =>
      `Départ inattendu alors que abort_if est vrai (${text}, avec ${values}) : attendre, ou dire pourquoi pas : --override abort_if --reason TEXTE`,
    abortNotKnown: (text, why) =>
      `Départ inattendu : nul ne peut dire si abort_if est vrai (${text}), ${why} : donner ses noms comme variables d'environnement, ou dire pourquoi pas : --override abort_if --reason TEXTE`,
    abortOnce: (text) =>
      `abort_if (${text}) n'est regardé qu'avant le départ : le surveiller ensuite soi-même, reprise stop RUN termine l'exercice, ou nommer un fichier par abort_values`,
    abortStops: (text, values) => `abort_if est vrai (${text}, avec ${values}) : l'exercice est arrêté`,
    abortLost: (text, why) => `nul ne peut plus dire si abort_if est vrai (${text}), ${why} : l'exercice est arrêté`,
    elsewhere: (is, wanted) => `Il s'exécute dans ${is}, le programme dit ${wanted} : il ne comptera pas`,
    thenLeft: (files) => `Non exécuté, car ce qui précède n'a pas réussi : ${files}`,
    todo: (counts, what) => `${counts} : ${what}`,
    needsRunbook: (test, file) => `donner un runbook à ${test} dans ${file}`,
    allWell: (n) => `${s(n, 'test')} : rien n'est dû`,
    noSchedule: (file) => `Chemin inattendu ${file}, attendu le programme de tests DR : il n'y a rien là`,
    noTest: (test) => `Test inattendu ${test}, attendu un test du programme`,
  },
}
