import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'

const shape = z.object({ cluster: z.string(), at: z.string(), ends: z.record(z.string().regex(/^.+-\d+$/), z.int().min(0)) })

/** The end offset of one partition when clients moved. */
export interface MarkedEnd {
  readonly topic: string
  readonly partition: number
  readonly end: number
}

export type ReadMarker =
  | { readonly ok: true; readonly ends: readonly MarkedEnd[] }
  | { readonly ok: false; readonly reason: string }

/** Reads a marker as `kafka.cutover-marker` writes it; of these topics only, each of which must be in it. */
export function readMarker(
  file: string,
  { root, topics }: { readonly root: string; readonly topics: readonly string[] | undefined },
): ReadMarker {
  let text: string
  try {
    text = readFileSync(isAbsolute(file) ? file : join(root, file), 'utf8')
  } catch (error) {
    return { ok: false, reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
  const read = shape.safeParse(parsed(text))
  if (!read.success) return { ok: false, reason: `${file} is no marker of a cut-over` }
  const all = Object.entries(read.data.ends).map(([name, end]) => {
    const dash = name.lastIndexOf('-')
    return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)), end }
  })
  const ends = topics === undefined ? all : all.filter(({ topic }) => topics.includes(topic))
  const missing = topics?.filter((name) => !ends.some(({ topic }) => topic === name)) ?? []
  if (missing.length > 0) return { ok: false, reason: `${file} says nothing of ${missing.join(', ')}` }
  return ends.length === 0 ? { ok: false, reason: `${file} marks no partition` } : { ok: true, ends }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
