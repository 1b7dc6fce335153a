import type { Problem } from '../model/problem.ts'

/**
 * What several rooms found, each mistake once: a rule's error at the place where the document itself has one, and a plan's
 * error on a line that has one already, are the same mistake seen again. A twin in the same words is said once.
 */
export function withoutEchoes(found: {
  readonly document: readonly Problem[]
  readonly lint: readonly Problem[]
  readonly plan: readonly Problem[]
}): Problem[] {
  const document = [...found.document]
  const places = new Set(document.filter(isError).map(placeOf))
  const lint = found.lint.filter((problem) => !isError(problem) || !places.has(placeOf(problem)))
  const lines = new Set([...document, ...lint].filter(isError).map(lineOf))
  const plan = found.plan.filter((problem) => !isError(problem) || !lines.has(lineOf(problem)))
  const seen = new Set<string>()
  return [...document, ...lint, ...plan].filter((problem) => {
    const key = `${placeOf(problem)}:${problem.rule}:${problem.reason}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const isError = ({ severity }: Problem): boolean => severity === 'error'
const lineOf = ({ file, place }: Problem): string => `${file}:${place.line}`
const placeOf = (problem: Problem): string => `${lineOf(problem)}:${problem.place.column}`
