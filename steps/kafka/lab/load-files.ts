import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from './lab-error.ts'

const orderShape = z.strictObject({
  /** Where its producer writes. */
  cluster: z.enum(['primary', 'dr']),
  /** Where its group reads. */
  readers: z.enum(['primary', 'dr']),
  topic: z.string(),
  partitions: z.int(),
  /** Records a second, over all partitions. */
  rate: z.number(),
})

/** What the load generator has to do; it looks again all the time, so that clients can be moved to the other cluster. */
export type LoadOrder = z.infer<typeof orderShape>

const folder = (home: string): string => join(home, 'load')

/** Gives the load generator an order. */
export function writeOrder(home: string, order: LoadOrder): void {
  mkdirSync(folder(home), { recursive: true })
  const file = join(folder(home), 'order.json')
  writeFileSync(`${file}.new`, JSON.stringify(order))
  renameSync(`${file}.new`, file)
}

/** The order that holds; an error where there never was a load. */
export function readOrder(home: string): LoadOrder {
  let text: string
  try {
    text = readFileSync(join(folder(home), 'order.json'), 'utf8')
  } catch {
    throw new LabError('there was no load yet: reprise lab load start')
  }
  return orderShape.parse(JSON.parse(text))
}

/** Something that happened to one record: acknowledged by all replicas in sync, or read by the group. */
export interface Noted {
  readonly atMs: number
  readonly cluster: 'primary' | 'dr'
  readonly partition: number
  /** Counts from 0 in each partition. */
  readonly sequence: number
}

const noteFile = (home: string, kind: 'acknowledged' | 'read'): string => join(folder(home), `${kind}.log`)

/** Writes down what happened, at once: what is acknowledged must not be forgotten with the generator. */
export function note(home: string, kind: 'acknowledged' | 'read', notes: readonly Noted[]): void {
  const lines = notes.map(({ atMs, cluster, partition, sequence }) => `${atMs} ${cluster} ${partition} ${sequence}\n`)
  appendFileSync(noteFile(home, kind), lines.join(''))
}

/** All that was written down, in its order. */
export function readNotes(home: string, kind: 'acknowledged' | 'read'): readonly Noted[] {
  let text: string
  try {
    text = readFileSync(noteFile(home, kind), 'utf8')
  } catch {
    return []
  }
  // A last line without its end was being written when the generator was killed.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [atMs = '', cluster = '', partition = '', sequence = ''] = line.split(' ')
      return {
        atMs: Number(atMs),
        cluster: cluster === 'dr' ? 'dr' : 'primary',
        partition: Number(partition),
        sequence: Number(sequence),
      }
    })
}
