import type { Plan, PlanEntry } from '../model/plan.ts'

/** The title that people know an entry by: its step's, else its own. */
export function entryTitle({ parts }: Pick<Plan, 'parts'>, { part, title }: PlanEntry): string {
  const own = parts.find(({ id, section }) => id === part && section === 'procedure')
  return own === undefined || own.title === '' ? title : own.title
}
