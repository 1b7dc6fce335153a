import type { Located } from '../model/problem.ts'
import type { Attribute, Block, BlockType, Item, Label, LabelName, Phase, Runbook, Section, Step } from '../model/runbook.ts'

/** A block and where it stands. */
export interface Spot {
  readonly block: Block
  readonly step: Step | null
  readonly phase: Phase | null
  readonly section: Section
}

/** A step of the procedure and where it stands. */
export interface StepSpot {
  readonly step: Step
  readonly phase: Phase | null
  readonly section: Section
}

const steps = new WeakMap<Runbook, readonly StepSpot[]>()
const spots = new WeakMap<Runbook, readonly Spot[]>()
const scripts = new WeakMap<Runbook, readonly Spot[]>()
const decisions = new WeakMap<Runbook, boolean>()

/** Every step of the procedure sections, in document order. */
export function stepsOf(runbook: Runbook): readonly StepSpot[] {
  const known = steps.get(runbook)
  if (known) return known
  const found = runbook.sections.flatMap((section) => (section.name === 'procedure' ? stepsIn(section) : []))
  steps.set(runbook, found)
  return found
}

function stepsIn(section: Section): StepSpot[] {
  return section.steps.flatMap((part): StepSpot[] =>
    part.type === 'step' ? [{ step: part, phase: null, section }] : part.steps.map((step) => ({ step, phase: part, section })),
  )
}

/** Every fence of the file's known sections, in document order. */
export function spotsOf(runbook: Runbook): readonly Spot[] {
  const known = spots.get(runbook)
  if (known) return known
  const seen = new Set<Block>()
  const found: Spot[] = []
  const add = (items: readonly Item[], where: Omit<Spot, 'block'>): void => {
    for (const item of items) {
      if (item.type !== 'block' || seen.has(item)) continue
      seen.add(item)
      found.push({ block: item, ...where })
    }
  }
  for (const section of runbook.sections) {
    for (const { step, phase } of stepsIn(section)) add(step.items, { step, phase, section })
    for (const part of section.steps) if (part.type === 'phase') add(part.items, { step: null, phase: part, section })
    add(section.items, { step: null, phase: null, section })
  }
  found.sort((one, other) => one.block.place.line - other.block.place.line)
  spots.set(runbook, found)
  return found
}

/** Whether a run ever executes it, as a step or in front of one. */
export function isExecutable({ role }: Block): boolean {
  return role !== 'none' && role !== 'example'
}

/** Shell fences that execute. */
export function scriptsOf(runbook: Runbook): readonly Spot[] {
  const known = scripts.get(runbook)
  if (known) return known
  const found = spotsOf(runbook).filter(({ block }) => block.kind === 'shell' && isExecutable(block))
  scripts.set(runbook, found)
  return found
}

/** Whether some step holds a decision. */
export function decides(runbook: Runbook): boolean {
  const known = decisions.get(runbook)
  if (known !== undefined) return known
  const found = stepsOf(runbook).some(({ step }) => step.items.some(({ type }) => type === 'decision'))
  decisions.set(runbook, found)
  return found
}

const proofs: readonly (BlockType | 'none')[] = ['check', 'validate', 'wait', 'guard']

/** Whether its exit code is what a run believes. */
export function isProof({ role }: Block): boolean {
  return proofs.includes(role)
}

/** An attribute by its name. */
export function attributeOf(block: Block, name: string): Attribute | null {
  return block.attributes.find((attribute) => attribute.name.value === name) ?? null
}

/** An attribute's text; null where it is missing or a flag. */
export function textOf(block: Block, name: string): string | null {
  const attribute = attributeOf(block, name)
  return attribute === null || attribute.value === true ? null : attribute.value.value
}

/** A label of a step or phase. */
export function labelOf(items: readonly Item[], name: LabelName): Label | null {
  return items.find((item): item is Label => item.type === 'label' && item.name === name) ?? null
}

/** The step type that a typed step names, where it can execute. */
export function useOf(block: Block): Located<string> | null {
  const use = block.kind === 'yaml' && isExecutable(block) ? attributeOf(block, 'use') : null
  return use === null || use.value === true ? null : use.value
}
