import { existsSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Stamped } from '../model/fact.ts'
import { GENESIS, hashOf } from './chain.ts'
import { writeDurable } from './durable.ts'
import { readPlainFile } from './own-file.ts'

export interface ReadJournal {
  readonly facts: readonly Stamped[]
  readonly hashes: readonly string[]
  /** Hash of the last good record. */
  readonly head: string
  /** What follows the last newline and is no record; null: nothing. */
  readonly torn: string | null
  /** The first record (from 1) that is altered, missing or out of order. */
  readonly firstBad: { readonly record: number; readonly why: string } | null
}

/** Reads a run's journal as far as it is whole. Never throws for what is written in it, only where no plain file is there. */
export function readJournal(folder: string): ReadJournal {
  return parseJournal(readPlainFile(join(folder, 'journal.jsonl')).toString('utf8'))
}

/** Reads the text of a journal. */
export function parseJournal(text: string): ReadJournal {
  const facts: Stamped[] = []
  const hashes: string[] = []
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  let head = GENESIS
  for (const line of lines) {
    const read = readRecord(line, head, facts.length + 1)
    if (typeof read === 'string')
      return { facts, hashes, head, torn: rest === '' ? null : rest, firstBad: { record: facts.length + 1, why: read } }
    facts.push(read.fact)
    hashes.push(read.hash)
    head = read.hash
  }
  if (rest === '') return { facts, hashes, head, torn: null, firstBad: null }
  // A whole last record whose newline alone is missing is still a record.
  const last = readRecord(rest, head, facts.length + 1)
  if (typeof last === 'string') return { facts, hashes, head, torn: rest, firstBad: null }
  return { facts: [...facts, last.fact], hashes: [...hashes, last.hash], head: last.hash, torn: null, firstBad: null }
}

function readRecord(line: string, prev: string, seq: number): { readonly fact: Stamped; readonly hash: string } | string {
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return 'it is no JSON'
  }
  if (record === null || typeof record !== 'object' || Array.isArray(record)) return 'it is no record'
  const { hash, ...fact } = record as Stamped & { readonly hash?: unknown }
  if (typeof hash !== 'string') return 'it has no hash'
  if (typeof fact.type !== 'string' || typeof fact.at !== 'string' || Number.isNaN(Date.parse(fact.at))) return 'it is no record'
  if (hashOf(prev, fact) !== hash) return 'its hash does not fit'
  if (fact.seq !== seq) return `its number is ${fact.seq}`
  return { fact, hash }
}

/** Sets a torn tail aside as `journal.torn-N`, so that the journal can be written on; gives the file's name, or null where nothing is torn. */
export function repairJournal(folder: string): string | null {
  const path = join(folder, 'journal.jsonl')
  const bytes = readPlainFile(path)
  const text = bytes.toString('utf8')
  const { torn, firstBad } = parseJournal(text)
  if (firstBad !== null) return null
  if (torn === null) {
    if (text !== '' && !text.endsWith('\n')) writeDurable(path, `${text}\n`)
    return null
  }
  let n = 1
  while (existsSync(join(folder, `journal.torn-${n}`))) n += 1
  const at = bytes.lastIndexOf(0x0a) + 1
  writeDurable(join(folder, `journal.torn-${n}`), bytes.subarray(at))
  truncateSync(path, at)
  return `journal.torn-${n}`
}

/** First 12 hex digits of the hash of the last `run-ended`: what the history row shows. Null: it never ended. */
export function rowHash({ facts, hashes }: Pick<ReadJournal, 'facts' | 'hashes'>): string | null {
  const at = facts.findLastIndex(({ type }) => type === 'run-ended')
  return hashes[at]?.slice(0, 12) ?? null
}

/** Checks a run's chain. `head` is what the row shows, else the last record's. */
export function verifyJournal(folder: string): {
  readonly ok: boolean
  readonly records: number
  readonly head: string
  readonly firstBad: number | null
  readonly why: string | null
} {
  const read = readJournal(folder)
  const isEmpty = read.facts.length === 0 && read.torn === null
  const bad =
    read.firstBad ??
    (isEmpty ? { record: 1, why: 'it is missing' } : null) ??
    (read.torn === null ? null : { record: read.facts.length + 1, why: 'it is torn' })
  return {
    ok: bad === null,
    records: read.facts.length,
    head: rowHash(read) ?? read.head.slice(0, 12),
    firstBad: bad?.record ?? null,
    why: bad?.why ?? null,
  }
}
