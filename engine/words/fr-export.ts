import type { enExport } from './en-export.ts'
import type { Widen } from './widen.ts'

/** What an exported procedure says beside the author's own words, in French. */
export const frExport: Widen<typeof enExport> = {
  exported: {
    setFirst: "à définir d'abord",
    from: (ref) => `de ${ref}`,
    onlyIf: (condition) => `Seulement si : ${condition} - est-ce le cas ? [y/n] `,
    aside: (type, id) => `${type} (${id}), pas sur le chemin normal :`,
    byHand: (id, text) => `À la main (${id}) : ${text}`,
    done: (title) => `${title} - fait ? [Entrée] `,
    goOn: "Continue-t-on avec l'étape suivante ? [y/n] ",
    leadsElsewhere: (id) => `${id} : ce script finit ici, suivez la ligne qui s'applique`,
    notInDrill: (id, treatment) => `${id} : pas exécuté dans cet exercice (${treatment}) :`,
    typed: (id, use) => `${id} : ${use}, à la main :`,
    seeAbove: (id) => `${id} se fait à la main : voir plus haut`,
    onHost: (id, host) => `${id}, sur ${host} : s'y connecter, et coller :`,
    irreversible: (id) => `${id} ne peut pas être annulé`,
    toRun: (about) => `${about}. Pour l'exécuter, taper `,
    notSent: "avertissement : le message n'a pas été envoyé",
    notIn: (id, seconds) => `${id} : pas en ${seconds}s`,
    outputIs: (expect) => `sa sortie est ${expect}`,
    and: ', et ',
    holds: (id, what) => `${id} : est-il vrai que ${what} ? [y/n] `,
    redacted:
      'Ce que `redact` de reprise.yaml désigne est caché ici, et avec des points à sa place ceci fait autre chose : à donner comme paramètre secret',
    plan: (hash) => `Plan ${hash}`,
    about: (hash, environment) => `Plan \`${hash}\`${environment === '' ? '' : `, environnement \`${environment}\``}.`,
    columns: { name: 'Nom', value: 'Valeur', from: 'Origine' },
  },
}
