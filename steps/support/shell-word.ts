/** Whether a text names a variable: `$NAME` or `${NAME}`. */
export const hasName = (text: string): boolean => /\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_])/.test(text)

/** A text as one word of a shell, whatever is in it. */
export const single = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** In double quotes with its names left to the shell. */
export const double = (text: string): string => `"${text.replace(/["\\`]/g, '\\$&').replace(/\$(?!\{?[A-Za-z_])/g, '\\$')}"`

/** One word of a shell for a person to paste: a name that has no value yet is left to the shell, everything else stands as it is. */
export const shellWord = (text: string): string => (hasName(text) ? double(text) : single(text))
