/** What an exported procedure says beside the author's own words, in English. */
export const enExport = {
  exported: {
    setFirst: 'set it first',
    from: (ref: string) => `from ${ref}`,
    onlyIf: (condition: string) => `Only if: ${condition} - does it apply? [y/n] `,
    aside: (type: string, id: string) => `${type} (${id}), not part of the way forward:`,
    byHand: (id: string, text: string) => `By hand (${id}): ${text}`,
    done: (title: string) => `${title} - done? [Enter] `,
    goOn: 'Does it go on with the next step? [y/n] ',
    leadsElsewhere: (id: string) => `${id}: this script ends here, follow the row that holds`,
    notInDrill: (id: string, treatment: string) => `${id}: not run in this drill (${treatment}):`,
    typed: (id: string, use: string) => `${id}: ${use}, by hand:`,
    seeAbove: (id: string) => `${id} is done by hand: see above`,
    onHost: (id: string, host: string) => `${id}, on ${host}: log in there, and paste:`,
    irreversible: (id: string) => `${id} cannot be undone`,
    toRun: (about: string) => `${about}. To run it, type `,
    notSent: 'warning: the message was not sent',
    notIn: (id: string, seconds: number) => `${id}: not in ${seconds}s`,
    outputIs: (expect: string) => `its output is ${expect}`,
    and: ', and ',
    holds: (id: string, what: string) => `${id}: does it hold that ${what}? [y/n] `,
    redacted:
      'What `redact` of reprise.yaml matches is hidden here, and with dots in its place this does something else: give it as a secret parameter',
    plan: (hash: string) => `Plan ${hash}`,
    about: (hash: string, environment: string) =>
      `Plan \`${hash}\`${environment === '' ? '' : `, environment \`${environment}\``}.`,
    columns: { name: 'Name', value: 'Value', from: 'From' },
  },
} as const
