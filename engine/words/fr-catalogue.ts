import type { Sentence } from './sentence.ts'

/** What the lint catalogue has to say, in French. */
export const frCatalogue: readonly Sentence[] = [
  [
    'Unexpected array `{1}` of another block, expected a plain variable: arrays are not carried',
    "Tableau `{1}` d'un autre bloc, attendu une simple variable : les tableaux ne sont pas transmis",
  ],
  [
    'Unexpected end of the block in a here-document, expected a line `{1}`: the rest of the block is its text, and does not run',
    "Fin du bloc dans un document en ligne, attendu une ligne `{1}` : le reste du bloc en est le texte, et n'est pas exécuté",
  ],
  [
    'Unexpected blank after the last backslash, expected the end of the line',
    'Espace inattendu après la dernière barre oblique inverse, attendu la fin de la ligne',
  ],
  ['Unexpected link to `{1}`, expected a heading of this file', 'Lien vers `{1}` inattendu, attendu un titre de ce fichier'],
  ['Unexpected link to `{1}`, expected a file that exists', 'Lien vers `{1}` inattendu, attendu un fichier qui existe'],
  ['Unexpected link to `#{1}`, expected a heading of `{2}`', 'Lien vers `#{1}` inattendu, attendu un titre de `{2}`'],
  [
    'Unexpected capture `{1}` that its block does not assign, expected `{2}`, since a later block uses it and has to paste',
    "Capture `{1}` que son bloc n'affecte pas, attendu `{2}`, puisqu'un bloc suivant l'utilise et doit pouvoir être collé",
  ],
  [
    'Unexpected change without a way back, expected **Rollback** in its step (`none` with a reason will do), or `irreversible`',
    'Changement sans retour arrière, attendu **Rollback** dans son étape (`aucun` avec une raison suffit), ou `irreversible`',
  ],
  [
    'Unexpected change without a validation, expected **Validation** in its step',
    'Changement sans validation, attendu **Validation** dans son étape',
  ],
  ['Unexpected change of machine for what follows, expected {=1}', 'Changement de machine inattendu pour la suite, attendu {=1}'],
  ['Unexpected change of user for what follows, expected {=1}', "Changement d'utilisateur inattendu pour la suite, attendu {=1}"],
  ['**On** for the step, or `ssh HOST COMMAND`', "**Sur** pour l'étape, ou `ssh HÔTE COMMANDE`"],
  ['`sudo` in front of each command', '`sudo` devant chaque commande'],
  [
    'Unexpected first message of a topic as a proof, whoever wrote it, expected one with `$RUN_ID` among all, or `use=kafka.round-trip`',
    "Premier message d'un topic inattendu comme preuve, quel que soit son auteur, attendu l'un d'eux avec `$RUN_ID` parmi tous, ou `use=kafka.round-trip`",
  ],
  [
    'Unexpected sum `{1}` in a condition, which is not met where there was nothing to add, expected `capture={2}:int` and `assert=`',
    "Somme `{1}` inattendue dans une condition, qui n'est pas remplie là où il n'y avait rien à additionner, attendu `capture={2}:int` et `assert=`",
  ],
  [
    'Unexpected count by `{1}` as a proof, which is 0 when the tool in front fails, expected `expect=empty` or a comparison of its output',
    "Compte par `{1}` comme preuve : il vaut 0 quand l'outil devant lui échoue, attendu `expect=empty` ou une comparaison de sa sortie",
  ],
  [
    'Unexpected gap: no row holds for {=1}, expected a last row `otherwise`',
    'Lacune : aucune ligne ne vaut pour {=1}, attendu une dernière ligne `sinon`',
  ],
  ['this table', 'ce tableau'],
  [
    'Unexpected `exit` at the top level, which closes the terminal of whoever pastes the block, expected `(exit 1)` or a test that fails',
    '`exit` au premier niveau : il ferme le terminal de qui colle le bloc, attendu `(exit 1)` ou un test qui échoue',
  ],
  [
    'Unexpected {=1}: it is documentation and never runs, expected `bash`',
    "{=1} : c'est de la documentation, jamais exécutée, attendu `bash`",
  ],
  ['fence without a language that looks like commands', 'bloc sans langage qui ressemble à des commandes'],
  ['fence of `{1}` that looks like commands', 'bloc `{1}` qui ressemble à des commandes'],
  ['language `{1}`', 'langage `{1}` inattendu'],
  [
    'Unexpected `sleep {1}`, expected a `wait` block with `every=` and `timeout=`',
    '`sleep {1}` inattendu, attendu un bloc `wait` avec `every=` et `timeout=`',
  ],
  ['Unexpected `{1}`, which GitHub hides, expected it in back-ticks', '`{1}` est caché par GitHub, attendu entre accents graves'],
  [
    'Unexpected `curl` without `--fail`, which takes an error page for success, expected `--fail` or `--fail-with-body`',
    "`curl` sans `--fail` prend une page d'erreur pour un succès, attendu `--fail` ou `--fail-with-body`",
  ],
  [
    'Unexpected {=1}, which waits for a person at a terminal, expected the attribute `interactive`',
    "{=1} attend une personne à un terminal, attendu l'attribut `interactive`",
  ],
  ['`ssh` without a command', '`ssh` sans commande'],
  ['the editor or screen `{1}`', "l'éditeur ou l'écran `{1}`"],
  ['Unexpected {=1} ({2}) in code, expected plain ASCII', "{=1} ({2}) dans du code, attendu de l'ASCII simple"],
  ['no-break space', 'espace insécable'],
  ['narrow no-break space', 'espace fine insécable'],
  ['curly quote', 'guillemet typographique'],
  ['dash that is no hyphen', "tiret qui n'est pas un trait d'union"],
  ['invisible character', 'caractère invisible'],
  [
    'Unexpected secret in the file, expected a parameter of type `secret` that comes from `env`, `file:` or `cmd:`',
    'Secret dans le fichier, attendu un paramètre de type `secret` qui vient de `env`, `file:` ou `cmd:`',
  ],
  ['Unexpected step {1}, expected a step of this runbook', 'Étape {1} inattendue, attendu une étape de ce runbook'],
  [
    'Unexpected measure of the RPO without its capture, expected a block with `capture=rpo` in step `{1}`',
    "Mesure du RPO sans sa capture, attendu un bloc avec `capture=rpo` dans l'étape `{1}`",
  ],
  ['Unexpected target `{1}`, expected a file that exists', 'Cible `{1}` inattendue, attendu un fichier qui existe'],
  ['Unexpected anchor `{1}`, expected a heading of `{2}`', 'Ancre `{1}` inattendue, attendu un titre de `{2}`'],
  [
    'Unexpected {=1} without a visible caution, expected `> [!CAUTION]` above it',
    '{=1} sans avertissement visible, attendu `> [!CAUTION]` au-dessus',
  ],
  ['irreversible block', 'bloc irréversible'],
  ['block with `confirm=env`', 'bloc avec `confirm=env`'],
  [
    'Unexpected runbook without an estimated time, expected `- **Estimated time**: …` in its general information',
    'Runbook sans temps estimé, attendu `- **Temps estimé** : …` dans ses informations générales',
  ],
  [
    'Unexpected runbook without an owner, expected `- **Owner**: …` in its general information',
    'Runbook sans propriétaire, attendu `- **Propriétaire** : …` dans ses informations générales',
  ],
  [
    'Unexpected irreversible failover without a link to a way back, expected a link to the failback runbook',
    'Bascule irréversible sans lien vers un retour, attendu un lien vers le runbook de retour',
  ],
  [
    'Unexpected {1} that holds comments only, expected a command',
    '{1} qui ne contient que des commentaires, attendu une commande',
  ],
  [
    'Unexpected tenth step without a pause point, expected phases of at most 9 steps',
    "Dixième étape sans point de pause, attendu des phases d'au plus 9 étapes",
  ],
  [
    'Unexpected placeholder `{1}` in a block that executes, expected a value or a parameter such as "$NAME"',
    'Texte à remplacer `{1}` dans un bloc exécuté, attendu une valeur ou un paramètre tel que "$NOM"',
  ],
  ['Unexpected point of no return, expected {=1}', 'Point de non-retour inattendu, attendu {=1}'],
  ['a block with `irreversible` here', 'un bloc avec `irreversible` ici'],
  ['it on step `{1}` only', "seulement à l'étape `{1}`"],
  ['Unexpected prompt sign `{1}`, expected the command alone', "Signe d'invite `{1}` inattendu, attendu la commande seule"],
  [
    'Unexpected empty `{1}`, which always passes, expected a command that can fail',
    '`{1}` vide, il réussit toujours : attendu une commande qui peut échouer',
  ],
  [
    'Unexpected {1}, which passes when its own tool fails, expected a proof that can fail',
    '{1} réussit quand son propre outil échoue, attendu une preuve qui peut échouer',
  ],
  [
    'Unexpected `if` that passes on both its sides, expected a side that fails, such as `else false`',
    '`if` qui réussit des deux côtés, attendu un côté qui échoue, comme `else false`',
  ],
  [
    'Unexpected secret `{1}` in the arguments of `{2}`, expected it by environment, standard input or file',
    "Secret `{1}` dans les arguments de `{2}`, attendu par l'environnement, l'entrée standard ou un fichier",
  ],
  [
    'Unexpected proof that prints nothing, expected one that shows what it found',
    "Preuve qui n'affiche rien, attendu une preuve qui montre ce qu'elle a trouvé",
  ],
  [
    'Unexpected {1} after `ssh HOST`, which this machine expands, expected it in single quotes or escaped; or **On** for the whole step',
    "{1} après `ssh HÔTE` : cette machine l'interprète, attendu entre apostrophes ou échappé ; ou **Sur** pour toute l'étape",
  ],
  [
    'Unexpected variable `{1}` in quoted text for `ssh`, which has no value on the other host, expected `ssh HOST bash -s -- "${2}"` and `$1` there, `set -u`, or **On** for the whole step',
    "Variable `{1}` dans un texte entre apostrophes pour `ssh` : elle n'a pas de valeur sur l'autre hôte, attendu `ssh HÔTE bash -s -- \"${2}\"` et là-bas `$1`, `set -u`, ou **Sur** pour toute l'étape",
  ],
  [
    'Unexpected comparison of two sums by `{1}`, which are equal where both sides read nothing, expected a proof that something was read, such as `[ -s FILE ]` or a count above 0',
    "Comparaison de deux sommes par `{1}` : elles sont égales là où rien n'a été lu des deux côtés, attendu une preuve que quelque chose a été lu, comme `[ -s FICHIER ]` ou un nombre supérieur à 0",
  ],
  [
    'Unexpected key `{1}` for `{2}`, expected one that it knows',
    "Clé `{1}` inattendue pour `{2}`, attendu une clé qu'il connaît",
  ],
  [
    'Unexpected input of `{1}` without `{2}`, expected a value for it',
    'Entrée de `{1}` sans `{2}`, attendu une valeur pour cette clé',
  ],
  ['Unexpected value for input of `{1}`: {=2}', "Valeur inattendue pour l'entrée de `{1}` : {=2}"],
  ['Unexpected value for `{1}` of `{2}`: {=3}', 'Valeur inattendue pour `{1}` de `{2}` : {=3}'],
  [
    'Unexpected title `{1}` without a verb, expected one that says what is done',
    'Titre `{1}` sans verbe, attendu un titre qui dit ce qui est fait',
  ],
  ['Unexpected step number {1}, expected {2}', "Numéro d'étape {1} inattendu, attendu {2}"],
  [
    'Unexpected loop without a bound, expected **At most** on the step that it comes back to, or attempts in the escalation section',
    "Boucle sans borne, attendu **Au plus** sur l'étape où elle revient, ou des tentatives dans la section d'escalade",
  ],
  [
    'Unexpected {=1} without a bound, expected a `wait` block, or a limit such as `timeout 30`',
    '{=1} sans borne, attendu un bloc `wait`, ou une limite telle que `timeout 30`',
  ],
  ['endless `for`', '`for` sans fin'],
  ['`ping` without a count', '`ping` sans nombre'],
  [
    'Unexpected name `{1}`, expected a parameter or a capture; a shell block assigns it, so capture it there: {2}',
    "Nom `{1}` inattendu, attendu un paramètre ou une capture ; un bloc shell l'affecte, à capturer là : {2}",
  ],
  ['Unexpected name `{1}`, expected a parameter or a capture', 'Nom `{1}` inattendu, attendu un paramètre ou une capture'],
  [
    'Unexpected variable `{1}` that nothing defines, expected a parameter, a capture, or an assignment in this or an earlier block',
    'Variable `{1}` que rien ne définit, attendu un paramètre, une capture, ou une affectation dans ce bloc ou un précédent',
  ],
  [
    'Unexpected host `{1}`, which is decommissioned, expected an active one',
    'Hôte `{1}` inattendu, il est retiré du service : attendu un hôte actif',
  ],
  [
    'Unexpected host `{1}`, expected one of `inventory/hosts.yaml`',
    'Hôte `{1}` inattendu, attendu un de ceux de `inventory/hosts.yaml`',
  ],
  [
    'Unexpected step type `{1}`, expected one of `reprise steps`',
    "Type d'étape `{1}` inattendu, attendu un de ceux de `reprise steps`",
  ],
  [
    'Unexpected output `{1}` of `{2}`, expected one that it gives',
    "Sortie `{1}` de `{2}` inattendue, attendu une de celles qu'il donne",
  ],
  [
    "Unexpected language `{1}` of what runs, expected bash, or an interpreter that the project's policy names",
    'Langage `{1}` inattendu pour ce qui est exécuté, attendu bash, ou un interpréteur que nomme la politique du projet',
  ],
  [
    'Unexpected step `{1}` that nothing leads to, expected a decision or a step that goes on to it',
    'Étape `{1}` où rien ne mène, attendu une décision ou une étape qui y continue',
  ],
  [
    'Unexpected parameters without the line *Without the tool*, expected one that sets them for pasting',
    "Paramètres sans la ligne *Sans l'outil*, attendu une ligne qui les définit pour coller",
  ],
  [
    'Unexpected line *Without the tool* that does not set {1}, expected every parameter that a block uses',
    "Ligne *Sans l'outil* qui ne définit pas {1}, attendu chaque paramètre qu'un bloc utilise",
  ],
  // What zod says of a typed step's input.
  ['Invalid input: expected number, received {=1}', 'attendu un nombre, reçu {=1}'],
  ['expected number, received {=1}', 'attendu un nombre, reçu {=1}'],
  ['Invalid input: expected {=1}, received {=2}', 'attendu {=1}, reçu {=2}'],
  ['expected {=1}, received {=2}', 'attendu {=1}, reçu {=2}'],
  ['Invalid option: expected one of {1}', 'attendu un parmi {1}'],
  ['Too small: expected {=1} to be {2}', 'trop petit : attendu {2}'],
  ['Too big: expected {=1} to be {2}', 'trop grand : attendu {2}'],
  ['Too small: expected {=1} to have {2}', 'trop petit : attendu {2}'],
  ['Too big: expected {=1} to have {2}', 'trop grand : attendu {2}'],
  ['Invalid string: must match pattern {1}', 'texte qui ne suit pas le motif {1}'],
  ['Invalid URL', "ce n'est pas une URL"],
  ['string', 'un texte'],
  ['boolean', 'true ou false'],
  ['int', 'un entier'],
  ['array', 'une liste'],
  ['object', 'une table'],
  ['undefined', 'rien'],
  ['null', 'rien'],
]
