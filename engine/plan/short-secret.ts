/** A shorter one would be found in every second line. */
export const SHORTEST_SECRET = 6

/** The refusal of a secret that is too short, by where it comes from; its value is in no sentence. */
export function shortSecret({ name, ref }: { readonly name: string; readonly ref: string | null }): string {
  const from = ref === null || ref.startsWith('env:') ? 'from the environment' : `from ${ref}`
  return `${name} ${from} is shorter than ${SHORTEST_SECRET} characters, expected a longer secret`
}
