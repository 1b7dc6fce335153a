import type { BlockId, Key, Purpose, TaskId } from '../model/fact.ts'

const escaped = (item: string): string => item.replace(/[%/[\]@]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)

/** BLOCK, `[ITEM]` when repeated, `@ROUND` from the second round on. */
export function keyOf(block: BlockId, item: string | null, round: number): Key {
  return `${block}${item === null ? '' : `[${escaped(item)}]`}${round > 1 ? `@${round}` : ''}`
}

/** Of the pause after a group's first item. */
export function canaryKey(group: string, item: string, round: number): Key {
  return keyOf(`${group}/canary`, item, round)
}

/** KEY/PURPOSE/ATTEMPT: used once in a run. */
export function taskOf(key: Key, purpose: Purpose, attempt: number): TaskId {
  return `${key}/${purpose}/${attempt}`
}

/** The parts of a key. */
export function partsOf(key: Key): { readonly block: BlockId; readonly item: string | null; readonly round: number } {
  const [, block = key, item, round] = /^([^[\]@]*)(?:\[([^\]]*)\])?(?:@(\d+))?$/.exec(key) ?? []
  return {
    block,
    item:
      item === undefined ? null : item.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
    round: round === undefined ? 1 : Number(round),
  }
}
