import type { Sentence } from './sentence.ts'

/** What the command line refuses, in French. */
export const frCommandLine: readonly Sentence[] = [
  ['the records', 'les enregistrements'],
  ['the history row', "la ligne de l'historique"],
  ['read-only: the row is kept as a patch', 'lecture seule : la ligne est gardée comme correctif'],
  ['file {1}', 'fichier {1}'],
  ['{1}, at least {2}', '{1}, au moins {2}'],
  ["Unknown option '{1}'", 'Option « {1} » inconnue'],
  ["Unknown option '{1}' (Did you mean {2}?)", 'Option « {1} » inconnue (vouliez-vous {2} ?)'],
  ["Unknown command '{1}'", 'Commande « {1} » inconnue'],
  ["Unknown command '{1}' (Did you mean {2}?)", 'Commande « {1} » inconnue (vouliez-vous {2} ?)'],
  ["Missing required argument '{1}'", 'Argument « {1} » manquant'],
  ["Option '{1}' argument missing", "Valeur de l'option « {1} » manquante"],
  [
    "Option '{1}' argument '{2}' is invalid. Allowed choices are {3}.",
    "Valeur « {2} » de l'option « {1} » inattendue, attendu {3}",
  ],
  ["Option '{1}' argument '{2}' is invalid. {=3}", "Valeur « {2} » de l'option « {1} » inattendue : {=3}"],
  ['Too many arguments. Expected {1} argument but got {2}.', "Trop d'arguments, attendu {1} : {2} sont donnés"],
  ['Too many arguments. Expected {1} arguments but got {2}.', "Trop d'arguments, attendu {1} : {2} sont donnés"],
  [
    "Too many arguments for '{1}'. Expected {2} argument but got {3}.",
    "Trop d'arguments pour « {1} », attendu {2} : {3} sont donnés",
  ],
  [
    "Too many arguments for '{1}'. Expected {2} arguments but got {3}.",
    "Trop d'arguments pour « {1} », attendu {2} : {3} sont donnés",
  ],
  ['Unexpected dr {1}, expected dr status or dr run TEST', 'dr {1} inattendu, attendu dr status ou dr run TEST'],
  [
    'Unexpected --out {1}, expected a file that is not there yet: {2}',
    "--out {1} inattendu, attendu un fichier qui n'existe pas encore : {2}",
  ],
  ['Unexpected file {1}, expected a runbook: {=2}', 'Fichier {1} inattendu, attendu un runbook : {=2}'],
  ['Unexpected folder {1}, expected a runbook in it', 'Dossier {1} inattendu, attendu un runbook dedans'],
  ['it is a pipe, a device or larger than 4 MB', "c'est un tube, un périphérique ou plus grand que 4 Mo"],
  ['there is no such file', "il n'y a pas de fichier de ce nom"],
  ['it may not be read by this account', 'ce compte ne peut pas le lire'],
  ['it cannot be read', 'il ne peut pas être lu'],
  ['Unexpected --keep {1}, expected a whole number from 1', '--keep {1} inattendu, attendu un entier à partir de 1'],
  ['Unexpected "journal {1}", expected journal verify RUN', '« journal {1} » inattendu, attendu journal verify RUN'],
  ['Unexpected title "{1}", expected words', 'Titre « {1} » inattendu, attendu des mots'],
  ['Unexpected {1} {2}, expected a step of this runbook', '{1} {2} inattendu, attendu une étape de ce runbook'],
  ['Unexpected empty note, expected words', 'Note vide inattendue, attendu des mots'],
  ['Unexpected empty --to, expected the name of who goes on', '--to vide inattendu, attendu le nom de qui prend la suite'],
  ['Unexpected step "{1}", expected one of {2}', 'Étape « {1} » inattendue, attendu une de {2}'],
  ['Unexpected step type "{1}", expected one of {2}', "Type d'étape « {1} » inattendu, attendu un de {2}"],
  ['Unexpected runbook {1} of {2}: nothing is there', "Runbook {1} de {2} inattendu : il n'y a rien là"],
  [
    'Unexpected --from {1} past {2}, which nobody has approved, expected --approval FILE or a start before it',
    "--from {1} inattendu après {2}, que personne n'a approuvé : attendu --approval FICHIER ou un départ avant",
  ],
  [
    'Unexpected --incident-start {1}, expected a time such as 03:12 or 2026-11-22T03:12Z',
    '--incident-start {1} inattendu, attendu une heure telle que 03:12 ou 2026-11-22T03:12Z',
  ],
  [
    'Unexpected --incident-start {1}, expected a time that is not in the future',
    "--incident-start {1} inattendu, attendu une heure qui n'est pas à venir",
  ],
  [
    'Unexpected --from without --reason, expected --reason TEXT: it is recorded',
    '--from sans --reason, attendu --reason TEXTE : il est consigné',
  ],
  [
    'Unexpected --take-over without --reason, expected --reason TEXT: it is recorded',
    '--take-over sans --reason, attendu --reason TEXTE : il est consigné',
  ],
  ['Unexpected -p {1}, expected NAME=VALUE', '-p {1} inattendu, attendu NOM=VALEUR'],
  ['Unexpected second -p {1}, expected each parameter once', 'Second -p {1} inattendu, attendu chaque paramètre une fois'],
  ['Unexpected NUL in -p {1}, expected text', 'NUL inattendu dans -p {1}, attendu du texte'],
  [
    'Unexpected step type "{1}": it is this checkout\'s own, which this account does not trust yet; --trust loads it',
    "Type d'étape « {1} » inattendu : il est de ce dépôt, à qui ce compte ne fait pas encore confiance ; --trust le charge",
  ],
]
