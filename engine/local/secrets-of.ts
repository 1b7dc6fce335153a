import { redactorOf, type Redactor } from '../secrets/redactor.ts'

/** The secrets of one run, in memory only: by reference for the port, and searched in everything that is stored or shown. */
export interface SecretsOf {
  readonly redactor: () => Redactor
  /** The value behind a reference, or undefined when it is lost. */
  valueOf(ref: string): string | undefined
  /** Is there a secret whose reference begins so? */
  knows(prefix: string): boolean
  /** From now on this is a secret too. */
  add(secret: { readonly name: string; readonly ref: string; readonly value: string }): void
}

/** Keeps the secrets that were resolved at the start, and those that a run captures. */
export function keepSecrets(
  first: readonly { readonly name: string; readonly ref: string; readonly value: string }[],
  patterns: readonly string[],
): SecretsOf {
  const secrets = new Map(first.map((secret) => [secret.ref, secret]))
  // What a name held before stays a secret.
  const earlier: { readonly name: string; readonly value: string }[] = []
  const make = (): Redactor => redactorOf([...secrets.values(), ...earlier], patterns)
  let redactor = make()
  return {
    redactor: () => redactor,
    valueOf: (ref) => secrets.get(ref)?.value,
    knows: (prefix) => [...secrets.keys()].some((ref) => ref.startsWith(prefix)),
    add(secret) {
      const before = secrets.get(secret.ref)
      if (before?.value === secret.value) return
      if (before !== undefined) earlier.push(before)
      secrets.set(secret.ref, secret)
      redactor = make()
    },
  }
}
