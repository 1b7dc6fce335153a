import type { BlockId, StepId } from '../model/fact.ts'
import type { Plan, PlanEntry, PlanGroup } from '../model/plan.ts'

/** What of a plan is asked again and again, looked up once. */
export interface LookUp {
  readonly byId: ReadonlyMap<BlockId, PlanEntry>
  readonly indexOf: ReadonlyMap<BlockId, number>
  /** Index of a part's first entry. */
  readonly firstOf: ReadonlyMap<StepId, number>
  readonly groups: ReadonlyMap<StepId, PlanGroup>
  readonly ofGroup: ReadonlyMap<StepId, readonly PlanEntry[]>
  /** Proofs of a command. */
  readonly proofs: ReadonlyMap<BlockId, readonly PlanEntry[]>
  readonly steady: readonly PlanEntry[]
  readonly checks: readonly PlanEntry[]
  readonly afterRollback: readonly PlanEntry[]
  /** The approval that a part begins with. */
  readonly approvalOf: ReadonlyMap<StepId, PlanEntry>
  readonly cleanup: readonly PlanEntry[]
  readonly captures: ReadonlyMap<string, readonly PlanEntry[]>
}

const known = new WeakMap<Plan, LookUp>()

/** The look-up tables of a plan. */
export function lookUp(plan: Plan): LookUp {
  const before = known.get(plan)
  if (before !== undefined) return before
  const ofGroup = new Map<StepId, PlanEntry[]>()
  const proofs = new Map<BlockId, PlanEntry[]>()
  const captures = new Map<string, PlanEntry[]>()
  const firstOf = new Map<StepId, number>()
  const add = <K>(map: Map<K, PlanEntry[]>, key: K, entry: PlanEntry): void =>
    void (map.get(key)?.push(entry) ?? map.set(key, [entry]))
  for (const [index, entry] of plan.steps.entries()) {
    if (!firstOf.has(entry.part)) firstOf.set(entry.part, index)
    if (entry.group !== null) add(ofGroup, entry.group, entry)
    if (entry.proves !== null && (entry.type === 'validate' || entry.type === 'wait')) add(proofs, entry.proves, entry)
    for (const { name } of entry.captures) add(captures, name, entry)
  }
  const made: LookUp = {
    byId: new Map(plan.steps.map((entry) => [entry.id, entry])),
    indexOf: new Map(plan.steps.map((entry, index) => [entry.id, index])),
    firstOf,
    groups: new Map(plan.groups.map((group) => [group.id, group])),
    ofGroup,
    proofs,
    captures,
    approvalOf: new Map(plan.steps.flatMap((entry) => (entry.type === 'approval' ? [[entry.part, entry] as const] : []))),
    steady: plan.steps.filter(
      (entry) => entry.flags.steady && entry.treatment === 'execute' && entry.group === null && isForward(entry),
    ),
    checks: plan.steps.filter(({ type, section, freshMs }) => type === 'check' && section === 'prereq' && freshMs !== null),
    afterRollback: plan.steps.filter(({ section, type }) => section === 'rollback' && BLOCKS.has(type)),
    cleanup: plan.steps.filter(({ section, type }) => type === 'cleanup' || (section === 'cleanup' && BLOCKS.has(type))),
  }
  known.set(plan, made)
  return made
}

/** What can run by itself in a section of its own. */
const BLOCKS: ReadonlySet<PlanEntry['type']> = new Set(['check', 'command', 'wait', 'validate', 'rollback', 'notify', 'cleanup'])

/** Is this entry taken up when the run goes forward? Others wait for their own occasion. */
export function isForward({ type, section }: PlanEntry): boolean {
  if (section === 'rollback' || section === 'cleanup') return false
  return !['rollback', 'undo-by-hand', 'on-failure', 'guard', 'cleanup'].includes(type)
}

/** May running it change something? */
export const isChange = ({ effect }: Pick<PlanEntry, 'effect'>): boolean => effect !== 'reads'
