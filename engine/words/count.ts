/** `1 step`, `2 steps`, `0 steps`: a number with its noun in English; `many` where an `s` does not make the plural. */
export const enCount = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** The same in French, where nothing is singular too: `0 étape`. */
export const frCount = (n: number, one: string, many = `${one}s`): string => `${n} ${n < 2 ? one : many}`
