/** A message as a script that says it: `$NAME` and `${NAME}` give their values, and nothing else of it means anything to a shell. */
export function messageScript(text: string): string {
  const parts = text.split(/(\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*)/)
  const words = parts.map((part, index) => (index % 2 === 1 ? `"${part}"` : `'${part.replaceAll("'", String.raw`'\''`)}'`))
  return `printf '%s\\n' ${words.join('')}`
}

/** Languages of a fence whose body is words. */
export const isProse = (lang: string | null): boolean => lang === null || lang.toLowerCase() === 'text'
