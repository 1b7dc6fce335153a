import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** What was broken and not undone. `what` is the node, the link, the topic or the connector. */
export type Fault = z.infer<typeof faultShape>

/** Kinds in the order in which they are undone: what others need comes first. */
export const FAULT_KINDS = ['clock', 'link', 'paused', 'disk', 'down', 'dns', 'connector', 'copy'] as const

const faultShape = z.strictObject({ kind: z.enum(FAULT_KINDS), what: z.string(), how: z.string() })

const file = (home: string): string => join(home, 'faults.json')

/** The faults of a lab, in the order in which they are undone. */
export function faultsOf(home: string): readonly Fault[] {
  try {
    const read = z.array(faultShape).parse(JSON.parse(readFileSync(file(home), 'utf8')))
    return read.toSorted((one, other) => FAULT_KINDS.indexOf(one.kind) - FAULT_KINDS.indexOf(other.kind))
  } catch {
    return []
  }
}

/** Remembers a fault, before it is made: `fault clear` finds it then even where making it broke off. */
export function rememberFault(home: string, fault: Fault): void {
  const others = faultsOf(home).filter(({ kind, what }) => kind !== fault.kind || what !== fault.what)
  writeFileSync(file(home), `${JSON.stringify([...others, fault])}\n`)
}

/** Forgets a fault that is undone. */
export function forgetFault(home: string, { kind, what }: Pick<Fault, 'kind' | 'what'>): void {
  const left = faultsOf(home).filter((one) => one.kind !== kind || one.what !== what)
  if (left.length === 0) rmSync(file(home), { force: true })
  else writeFileSync(file(home), `${JSON.stringify(left)}\n`)
}
