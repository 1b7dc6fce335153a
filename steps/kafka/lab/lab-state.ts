import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from './lab-error.ts'
import { SECURITIES, TOPOLOGIES, VERSIONS, type LabPlan } from './topology.ts'

const planShape = z.strictObject({
  topology: z.enum(TOPOLOGIES),
  version: z.enum(VERSIONS),
  security: z.enum(SECURITIES),
  links: z.boolean(),
  services: z.boolean(),
  installed: z
    .strictObject({ folder: z.string(), version: z.enum(VERSIONS) })
    .nullable()
    .default(null),
  basePort: z.int(),
  home: z.string(),
})

const planFile = (home: string): string => join(home, 'lab.json')

/** Remembers what a lab is; as long as it is remembered, the lab is up. */
export function rememberPlan(plan: LabPlan): void {
  mkdirSync(plan.home, { recursive: true })
  const temp = `${planFile(plan.home)}.new`
  writeFileSync(temp, `${JSON.stringify(plan, null, 2)}\n`)
  renameSync(temp, planFile(plan.home))
}

/** What the lab in this folder is, or null where there is none. */
export function readPlan(home: string): LabPlan | null {
  let text: string
  try {
    text = readFileSync(planFile(home), 'utf8')
  } catch {
    return null
  }
  const read = planShape.safeParse(JSON.parse(text))
  if (!read.success) throw new LabError(`${planFile(home)} is not of this version: remove the folder`)
  return read.data
}

/** What the lab in this folder is; an error where there is none. */
export function needPlan(home: string): LabPlan {
  const plan = readPlan(home)
  if (plan === null) throw new LabError(`no lab is up in ${home}: reprise lab up`)
  return plan
}
