import type { StepTools } from '../../engine/index.ts'

/** `DRILL (partial) · `, in front of whatever a drill tells people; empty in a run that is none. */
export function drillMark({ names }: Pick<StepTools, 'names'>): string {
  const level = names['DRILL'] ?? ''
  return level === '' ? '' : `DRILL (${level}) · `
}
