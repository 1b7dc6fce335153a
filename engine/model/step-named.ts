import type { StepId } from './fact.ts'
import type { Plan } from './plan.ts'

/** A step by its number, its id, one of its blocks' ids or its title; null for anything else. */
export function stepNamed({ parts, steps }: Pick<Plan, 'parts' | 'steps'>, text: string): StepId | null {
  const procedure = parts.filter(({ section }) => section === 'procedure')
  const byNumber =
    procedure.find(({ number }) => number === text) ?? (/^\d+$/.test(text) ? procedure[Number(text) - 1] : undefined)
  const found = byNumber ?? parts.find(({ id, title }) => id === text || title.toLowerCase() === text.toLowerCase())
  const block = steps.find(({ id }) => id === text)
  return found?.id ?? parts.find(({ id }) => id === block?.part)?.id ?? null
}

/** What `--from TEXT` means: that block, else that step; the text itself where there is neither. */
export function startNamed(plan: Pick<Plan, 'parts' | 'steps'>, text: string): string {
  return plan.steps.some(({ id }) => id === text) ? text : (stepNamed(plan, text) ?? text)
}
