import type { StepTools } from '../../engine/index.ts'

export type Filled = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string }

/** Puts the values of secrets, which are still `$NAME` in an input, into a text that leaves this machine. */
export function fillNames(text: string, { secret, names }: Pick<StepTools, 'secret' | 'names'>): Filled {
  // What is masked here would be sent as it stands.
  if (text.includes('•••')) return { ok: false, reason: 'the value of a secret is not known any more' }
  const lost: string[] = []
  const filled = text.replace(
    /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
    (written, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? ''
      const value = secret(name) ?? (Object.hasOwn(names, name) ? names[name] : undefined)
      if (value === undefined) lost.push(name)
      return value ?? written
    },
  )
  return lost.length === 0 ? { ok: true, text: filled } : { ok: false, reason: `${lost.join(', ')} has no value` }
}
