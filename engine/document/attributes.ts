import type { Block, BlockType } from '../model/runbook.ts'
import type { AttributeName } from './codes.ts'
import { attributeNames } from './codes.ts'

const everywhere: readonly AttributeName[] = ['id', 'timeout', 'on-failure', 'once', 'imported', 'use']

const own: Readonly<Record<BlockType, readonly AttributeName[]>> = {
  check: ['every', 'hold', 'retries', 'capture', 'expect', 'assert', 'steady'],
  command: ['retries', 'every', 'confirm', 'irreversible', 'idempotent', 'interactive', 'capture'],
  wait: ['every', 'hold', 'capture', 'expect', 'assert'],
  validate: ['every', 'hold', 'retries', 'capture', 'expect', 'assert', 'steady'],
  rollback: ['confirm', 'idempotent'],
  'on-failure': [],
  guard: ['every'],
  notify: [],
  cleanup: [],
  setup: [],
  example: [],
}

/** Attributes that stand alone, without `=`. */
export const flags: readonly AttributeName[] = ['once', 'imported', 'steady', 'irreversible', 'idempotent', 'interactive']

/** The attributes that a block of a role may carry; all of them where it has none. */
export function attributesFor(role: Block['role']): readonly AttributeName[] {
  return role === 'none' ? attributeNames : [...everywhere, ...own[role]]
}

/** Whether a word is an attribute of any type. */
export function isAttribute(name: string): name is AttributeName {
  return (attributeNames as readonly string[]).includes(name)
}

/** Whether a block runs. */
export function isExecutable({ role }: Pick<Block, 'role'>): boolean {
  return role !== 'none' && role !== 'setup' && role !== 'example'
}

/** Whether a flag stands on a block. */
export function hasFlag(block: Pick<Block, 'attributes'>, name: AttributeName): boolean {
  return block.attributes.some((one) => one.name.value === name)
}
