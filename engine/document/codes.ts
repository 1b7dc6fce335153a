import type { BlockType } from '../model/runbook.ts'

/** Attributes that a block may carry, in the order of the format's table. */
export const attributeNames = [
  'id',
  'timeout',
  'on-failure',
  'once',
  'imported',
  'use',
  'every',
  'hold',
  'retries',
  'capture',
  'expect',
  'assert',
  'steady',
  'confirm',
  'irreversible',
  'idempotent',
  'interactive',
] as const

export type AttributeName = (typeof attributeNames)[number]

/** The value of an attribute is wrong: `wait-timeout`, `check-every`; `block-…` where the block has no role. */
export type AttributeCode = `${BlockType | 'block'}-${AttributeName}`

/** Codes of the format's own problems: closed, so that tests, docs and project files can name them. */
export type Code =
  | AttributeCode
  | 'at-most'
  | 'approval-role'
  | 'broken-brace'
  | 'capture-name'
  | 'capture-type'
  | 'conflict-marks'
  | 'decision-condition'
  | 'decision-target'
  | 'drill-word'
  | 'duplicate-attribute'
  | 'duplicate-id'
  | 'duplicate-param'
  | 'duration-label'
  | 'empty-block'
  | 'empty-procedure'
  | 'expression'
  | 'fence-in-fence'
  | 'for-each'
  | 'for-each-jump'
  | 'for-each-nested'
  | 'front-matter'
  | 'hidden-role'
  | 'history-candidates'
  | 'info-duration'
  | 'info-disagrees'
  | 'missing-language'
  | 'missing-use'
  | 'missing-validation'
  | 'not-a-runbook'
  | 'on-host'
  | 'outside-section'
  | 'param-default'
  | 'param-name'
  | 'param-table'
  | 'param-type'
  | 'record-name'
  | 'record-type'
  | 'reserved-name'
  | 'role-labels'
  | 'role-prose'
  | 'section-name'
  | 'text-after-brace'
  | 'too-deep'
  | 'too-large'
  | 'unclosed-fence'
  | 'unknown-attribute'
  | 'unknown-param'
  | 'unknown-step'
  | 'unknown-type'
  | 'unreadable'
  | 'yaml-body'
  | 'yaml-duplicate-key'
  | 'yaml-template'
