import { fold } from './fold.ts'

/** English verbs that say what a step does, by their plain form. */
const ENGLISH = new Set(
  `abort accept acknowledge activate adapt add adjust advance agree alert align allocate allow alter analyse analyze announce answer append apply
  approve archive ask assemble assert assess assign attach authenticate authorise authorize avoid await back balance ban begin bind block boot
  bootstrap break bring broadcast build bump buy bypass calculate call cancel capture carry catch change check choose clean cleanse clear click clone
  close collect come commission commit communicate compact compare compile complete compress compute conduct configure confirm connect consider
  consult consume contact contain continue control convert coordinate copy correct count create cross cut date deactivate debug decide declare
  decommission decrease decrypt define degrade delay delegate delete deliver demote deploy deregister describe destroy detach detect determine
  diagnose disable discard disconnect dismiss display dispose distribute divert do document double download downgrade downsize drain draw drop
  dry dump duplicate edit elect eliminate email empty enable encrypt end enforce engage ensure enter erase escalate establish estimate evacuate
  evaluate evict examine exclude execute exit expand expect expire explain export expose extend extract fail failover failback fall feed fence
  fetch file fill filter finalise finalize find finish fix flip flush follow forbid force format forward free freeze gather generate get give go
  grant grow guard halt hand handle harden heal hide hold identify ignore import improve include increase inform initialise initialize initiate
  inject insert inspect install instruct integrate interrupt introduce invalidate investigate invite invoke isolate issue join judge jump keep
  kill know label launch lead learn leave lend let lift limit link list listen load locate lock log login look lower maintain make manage mangle map mark
  mask match measure meet mend merge migrate mirror mitigate modify monitor mount move mute name narrow negotiate note notice notify number observe
  obtain offload open optimise optimize order organise organize overwrite own pack page paste patch pause pay perform permit persist pick pin ping
  place plan play plug point poll pop populate post power practise prepare preserve press prevent print prioritise prioritize probe proceed
  produce promote prompt propose protect prove provide provision prune publish pull purge push put query quiesce quit raise read reassign
  rebalance reboot rebuild recalculate receive recheck reclaim reconcile reconfigure reconnect record recover recreate redeploy redirect redo
  reduce refer refresh register reimport reindex reinstall reinstate reject rejoin relaunch release reload relocate relieve remount remove rename render
  renew reopen reorder repair repeat replace replay replicate reply report repoint reprocess request rerun rescale reset reshard resize resolve
  restart restore restrict resume resync retain retest retire retrieve retry return reveal reverse revert review revoke rewrite rewind roll
  rotate route run sanitise sanitize save scale scan schedule say scrape seal search secure see seed select send separate serve set settle shard share
  shift ship shorten show shrink shut sign silence simulate skip slow snapshot solve sort speed spin split spread stabilise stabilize stage stand start
  stay stop store stream stretch strip submit subscribe summarise summarize supply suspend swap switch sync synchronise synchronize tag tail take
  talk tear tell terminate test tighten toggle touch trace track train transfer transform transition translate trigger trim troubleshoot truncate
  trust try tune turn unassign unban unblock uncordon cordon undo uninstall unload unlock unmount unpack unpause unplug unregister unset unsubscribe
  untag update upgrade upload use validate vary verify view visit vote wait wake warm warn watch wipe withdraw work wrap write zip`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Words that make a sentence of a title wherever they stand, and words of questions. */
const FINITE = new Set(
  `is are was were be has have had does did can cannot could must should will would may might needs holds works runs fails shows says knows stands
  how what when where which who why est sont etait a ont peut peuvent doit doivent faut va vont fait tient marche fonctionne quel quelle quels
  quelles comment quand pourquoi qui combien`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Words that may stand before the verb. */
const LEADING = new Set(
  `and or then now first finally lastly next again also never always not only do don't quickly slowly carefully manually gracefully safely briefly
  fully really optionally automatically immediately periodically temporarily please to et ou puis d'abord enfin ensuite ne pas se y en le la les
  lui leur tout re`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** French nouns and others that end as an infinitive does. */
const NOT_INFINITIVES = new Set(
  `cluster broker fichier dossier parametre registre filtre nombre centre semestre trimestre cadre ordre titre membre metre chambre lettre fenetre
  arbre livre autre entre notre votre quatre premier dernier master worker server router controller manager container docker helper header number
  user consumer producer provider primaire secondaire operateur serveur maitre contre sous-ordre chantier papier panier premiere derniere matiere
  misere frontiere maniere lumiere affaire horaire inventaire commentaire formulaire exemplaire preliminaire milliaire annuaire memoire histoire
  repertoire territoire laboratoire after before over under other never ever water power layer buffer folder order further timer later newer older
  software hardware failure procedure infrastructure structure signature fermeture ouverture ecriture lecture mesure heure fire core store there here
  where more score future feature figure measure pressure air hair pair stair soir espoir noir miroir couloir tiroir avenir desir plaisir cuir loisir`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Whether a step's title says what is done: an imperative, an infinitive, or a sentence of its own. Words that it does not know count as names. */
export function hasVerb(title: string): boolean {
  const text = fold(title.replace(/`[^`]*`/g, ' x '))
  if (text.includes('?')) return true
  if (text.split(/[^a-z']+/).some((word) => FINITE.has(word))) return true
  return text.split(/[,;:()[\]–—/]|\s-\s/).some(beginsWithVerb)
}

function beginsWithVerb(clause: string): boolean {
  for (const word of clause.split(/[^\p{L}'-]+/u)) {
    if (word === '') continue
    const plain = word.replace(/^(?:[lmstn]|qu)'/, '')
    if (ENGLISH.has(plain) || ENGLISH.has(plain.split('-')[0] ?? '') || isFrench(plain)) return true
    if (!LEADING.has(plain)) return false
  }
  return false
}

const isFrench = (word: string): boolean => /^[a-z-]{2,}(?:er|ir|re|ez)$/.test(word) && !NOT_INFINITIVES.has(word)
